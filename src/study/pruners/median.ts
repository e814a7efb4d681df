import { z } from "zod";
import { type Pruner, pruner, toTheEnd } from "./pruner.ts";

/**
 * Stops a trial after an epoch where its best figure so far is worse than the median of the figures
 * that trials of completed rounds had there, as in Optuna's `MedianPruner`.
 */
export const median: Pruner = pruner({
  name: "median",
  title: "stop what is worse than the median at the same epoch",
  settings: {
    startup: z.int().min(1).default(5).describe("trials that have to be complete first"),
    warmup: z.int().min(0).default(0).describe("epochs that no trial is stopped in"),
  },
  pruning: ({ startup, warmup }) => ({
    begin(courses) {
      const complete = courses.filter(({ state }) => state === "complete");
      if (complete.length < startup) return { until: toTheEnd };
      const longest = Math.max(...complete.map(({ values }) => values.length));
      const limits = Array.from(
        { length: longest },
        (_, epoch) =>
          epoch < warmup ? null : medianOf(complete.flatMap(({ values }) => values[epoch] ?? [])),
      );
      return { until: toTheEnd, limits };
    },
    goOn: () => [],
    atTheEnd: () => [],
  }),
});

function medianOf(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
