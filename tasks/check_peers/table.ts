import { aligned } from "../../src/cli/mod.ts";
import { version } from "../../src/version.ts";
import type { Exchange } from "./exchange.ts";

/**
 * How far a logit may be from PyTorch's: 1e-5, or 1e-6 of the model's largest logit where that is more, since a float32
 * is itself exact to 6e-8 of its size and each layer adds to it.
 */
export const toleranceOf = (largest: number): number => Math.max(10, largest) / 1e6;

/** What was found, a line for each model and side that trained it. */
export function table(exchanges: readonly Exchange[]): string {
  const rows = exchanges.map((
    { model, trainedIn, correct, count, difference, rounding, largest },
  ) => [
    model,
    trainedIn,
    `${correct.wick}/${count}`,
    `${correct.pytorch}/${count}`,
    difference.toExponential(1),
    rounding.wick.toExponential(1),
    rounding.pytorch.toExponential(1),
    largest.toFixed(1),
  ]);
  const head = ["model", "trained in", "right in wick", "in PyTorch"]
    .concat("logits differ by", "wick from exact", "PyTorch from exact", "largest logit");
  return [
    `wick ${version} and ${exchanges[0].version}: each other's weights, the 10,000 test images`,
    "",
    ...aligned([head, ...rows], (column) => column < 2),
    "",
    "Right: images of the 10,000. The other columns are the largest of 100,000 logits; exact is PyTorch",
    "in float64, so that two columns say how far rounding in float32 alone leads.",
  ].join("\n");
}

/** A sentence for everything that is not as it should be. */
export function faults(exchanges: readonly Exchange[]): string[] {
  return exchanges.flatMap(({ model, trainedIn, correct, difference, rounding, largest }) => {
    const tolerance = toleranceOf(largest);
    const which = `${model} trained in ${trainedIn}`;
    return [
      ...correct.wick === correct.pytorch
        ? []
        : [`${which} has ${correct.wick} right here and ${correct.pytorch} in PyTorch`],
      ...difference <= tolerance ? [] : [
        `${which}: a logit differs by ${difference}, more than ${tolerance}; the largest error of ` +
        `wick's is ${rounding.wick}, of PyTorch's on this processor ${rounding.pytorch}`,
      ],
    ];
  });
}
