import { ranked, type Scores } from "../../predict/mod.ts";
import { RequestError } from "../request_error.ts";
import type { ServedModel } from "./served_models.ts";

/**
 * The reply to a prediction as JSON. Written by hand: in an object, classes named `0` to `9` would
 * stand in the order of their numbers and not of their probabilities, and making it takes longer.
 */
export function predictionText(
  model: ServedModel,
  scores: readonly Scores[],
  top: number | undefined,
  milliseconds: number,
): string {
  const { name, epoch, sha256 } = model;
  const predictions = scores.map((each) => one(model, each, top)).join(",");
  return `{"model":${JSON.stringify(name)},"epoch":${epoch},"sha256":"${sha256}",` +
    `"milliseconds":${milliseconds.toFixed(3)},"predictions":[${predictions}]}`;
}

function one({ name, format, keys }: ServedModel, scores: Scores, top: number | undefined): string {
  const { label, probabilities } = scores;
  let sum = 0;
  let pairs = "";
  for (let i = 0; i < probabilities.length; i++) {
    sum += probabilities[i];
    pairs += `${i === 0 ? "" : ","}${keys[i]}${probabilities[i]}`;
  }
  if (!Number.isFinite(sum)) {
    throw new RequestError(
      500,
      `The model ${JSON.stringify(name)} gives no finite probabilities: serve another epoch or run`,
    );
  }
  if (top !== undefined) {
    pairs = ranked(scores, format.classes, top)
      .map(({ label, probability }) => `${keys[label]}${probability}`).join(",");
  }
  return `{"class":${keys[label].slice(0, -1)},"label":${label},` +
    `"probability":${probabilities[label]},"probabilities":{${pairs}}}`;
}
