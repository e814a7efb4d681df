import { jsonText } from "../storage/mod.ts";
import type { WeightsSource } from "../run/mod.ts";
import type { Candidate } from "../predict/mod.ts";

/** What came of one picture. */
export type Prediction =
  | { readonly name: string; readonly image: Uint8Array<ArrayBuffer>; readonly top: Candidate[] }
  | { readonly name: string; readonly error: string };

/** A line for each picture: its name, then classes and their probabilities, likeliest first. */
export function predictionTable(predictions: readonly Prediction[]): string[] {
  const seen = predictions.filter((prediction) => "top" in prediction);
  const names = Math.max(0, ...seen.map(({ name }) => name.length));
  const classes = Math.max(0, ...seen.flatMap(({ top }) => top.map(({ name }) => name.length)));
  return seen.map(({ name, top }) =>
    [
      name.padEnd(names),
      ...top.map((one) => `${one.name.padEnd(classes)} ${one.probability.toFixed(4)}`),
    ].join("  ")
  );
}

/** The same as one JSON document; a picture that could not be read has its `error`. */
export function predictionJson(
  { path, model, epoch }: WeightsSource,
  predictions: readonly Prediction[],
): string {
  const images = predictions.map((prediction) => {
    if ("error" in prediction) return { image: prediction.name, error: prediction.error };
    const top = prediction.top.map(({ name, label, probability }) => {
      return { class: name, label, probability };
    });
    return { image: prediction.name, top };
  });
  return jsonText({ path, model, epoch, images }).trimEnd();
}
