import type { CurvePoint } from "../../picture/mod.ts";
import type { FigureKey } from "../../statistics/mod.ts";
import { epochFigures } from "../../train/mod.ts";

/** The means of several runs' figures, over the epochs that all of them have. */
export function meanHistory(histories: readonly (readonly CurvePoint[])[]): CurvePoint[] {
  const epochs = histories.reduce((least, { length }) => Math.min(least, length), Infinity);
  const mean = (epoch: number, key: FigureKey<"train" | "val">) => {
    const values = histories.flatMap((history) => history[epoch][key] ?? []);
    const sum = values.reduce((total, value) => total + value, 0);
    return values.length < histories.length ? undefined : sum / values.length;
  };
  return histories[0].slice(0, epochs).map(({ epoch }, i) => ({
    epoch,
    ...Object.fromEntries(epochFigures.map(({ key }) => [key, mean(i, key)])),
  }));
}
