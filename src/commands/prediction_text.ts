import { jsonText } from "../storage/mod.ts";
import type { WeightsSource } from "../run/mod.ts";
import type { Candidate, Input } from "../predict/mod.ts";
import type { Picture } from "../image/mod.ts";
import { printable } from "../printable.ts";

/** An image that a class was found for. */
export interface Seen {
  readonly name: string;
  readonly image: Uint8Array<ArrayBuffer>;
  /** Whether nothing stands out in it. */
  readonly isPlain: boolean;
  readonly top: Candidate[];
}

/** What came of one picture, or what of a folder was left out. */
export type Prediction = Seen | Exclude<Input, { picture: Picture }>;

/** What the user should know of it; undefined where nothing is to be said. */
export function warningOf(prediction: Prediction): string | undefined {
  if ("image" in prediction && prediction.isPlain) {
    return "nothing stands out in it, so its classes mean nothing";
  }
  if (!("leftOut" in prediction)) return undefined;
  const { length } = prediction.leftOut;
  const shown = prediction.leftOut.slice(0, 3).map(printable);
  return `${
    length === 1 ? "1 entry is" : `${length} entries are`
  } left out, links to folders or no PNG, ` +
    `JPEG or IDX file: ${shown.join(", ")}${length > 3 ? ", ..." : ""}`;
}

/** A line for each picture: its name, then classes and their probabilities, likeliest first. */
export function predictionTable(predictions: readonly Prediction[]): string[] {
  const seen = predictions.filter((prediction) => "top" in prediction);
  const names = Math.max(0, ...seen.map(({ name }) => printable(name).length));
  const classes = Math.max(0, ...seen.flatMap(({ top }) => top.map(({ name }) => name.length)));
  return seen.map(({ name, top }) =>
    [
      printable(name).padEnd(names),
      ...top.map((one) => `${one.name.padEnd(classes)} ${one.probability.toFixed(4)}`),
    ].join("  ")
  );
}

/**
 * The same as one JSON document; a picture that could not be read has its `error`, one in which
 * nothing stands out a `warning`, and `left_out` names what folders hold that is not read.
 */
export function predictionJson(
  { path, model, epoch }: WeightsSource,
  predictions: readonly Prediction[],
): string {
  const left_out = predictions.flatMap((one) => "leftOut" in one ? one.leftOut : []);
  const images = predictions.flatMap((prediction): object[] => {
    if ("leftOut" in prediction) return [];
    if ("error" in prediction) return [{ image: prediction.name, error: prediction.error }];
    const top = prediction.top.map(({ name, label, probability }) => {
      return { class: name, label, probability };
    });
    return [{ image: prediction.name, top, warning: warningOf(prediction) }];
  });
  const rest = left_out.length > 0 ? { left_out } : {};
  return jsonText({ path, model: model.name, epoch, images, ...rest }).trimEnd();
}
