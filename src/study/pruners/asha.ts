import { z } from "zod";
import { type Course, type Pruner, pruner } from "./pruner.ts";

/**
 * Successive halving without waiting for all (Li et al., "A system for massively parallel
 * hyperparameter tuning", arXiv 1810.05934): a trial pauses at rungs, after `minEpochs`, `factor`
 * times as many and so on, and the best of each `factor` that came to a rung goes on to the next one.
 * Who goes on is decided between rounds.
 */
export const asha: Pruner = pruner({
  name: "asha",
  title: "train few epochs first, the best of them for more (successive halving)",
  settings: {
    minEpochs: z.int().min(1).default(1).describe("epochs to the first decision"),
    factor: z.int().min(2).default(3).describe("one of so many goes on"),
  },
  pruning: ({ minEpochs, factor }) => ({
    begin: () => ({ until: minEpochs }),
    goOn(courses) {
      const longest = Math.max(0, ...courses.map(({ values }) => values.length));
      const rungs: number[] = [];
      for (let rung = minEpochs; rung <= longest; rung *= factor) rungs.push(rung);
      return rungs.reverse().flatMap((rung) => {
        const ranked = courses.filter((course) => reached(course, rung))
          .sort((a, b) => order(figureAt(a, rung), figureAt(b, rung)) || a.n - b.n);
        return ranked.slice(0, Math.floor(ranked.length / factor))
          .filter(({ state, values }) => state === "paused" && values.length === rung)
          .map(({ n }) => ({ n, until: rung * factor }));
      });
    },
  }),
});

/** Whether a trial has come to a rung, or ended before it. */
const reached = ({ state, values }: Course, rung: number): boolean =>
  values.length >= rung || state !== "paused";

const figureAt = ({ state, best }: Course, rung: number): number =>
  best[rung - 1] ?? (state === "failed" ? Infinity : best.at(-1) ?? Infinity);

const order = (a: number, b: number): number => a < b ? -1 : a > b ? 1 : 0;
