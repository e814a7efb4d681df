import type { CurvePoint } from "../../picture/mod.ts";

/** The means of several runs' figures, over the epochs that all of them have. */
export function meanHistory(histories: readonly (readonly CurvePoint[])[]): CurvePoint[] {
  const epochs = histories.reduce((least, { length }) => Math.min(least, length), Infinity);
  const mean = (epoch: number, key: "train_loss" | "train_acc" | "val_loss" | "val_acc") => {
    const values = histories.flatMap((history) => history[epoch][key] ?? []);
    const sum = values.reduce((total, value) => total + value, 0);
    return values.length < histories.length ? undefined : sum / values.length;
  };
  return histories[0].slice(0, epochs).map((point, i) => ({
    epoch: point.epoch,
    train_loss: mean(i, "train_loss") ?? NaN,
    train_acc: mean(i, "train_acc") ?? NaN,
    val_loss: mean(i, "val_loss"),
    val_acc: mean(i, "val_acc"),
  }));
}
