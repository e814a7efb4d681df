import { z } from "zod";
import { type Course, type Pruner, pruner, toTheEnd } from "./pruner.ts";

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
        const before = rung === minEpochs ? 0 : rung / factor;
        const ranked = courses.filter((course) => came(course, rung, before))
          .sort((a, b) => order(figureAt(a, rung), figureAt(b, rung)) || a.n - b.n);
        return ranked.slice(0, Math.floor(ranked.length / factor))
          .filter(({ state, values }) => state === "paused" && values.length === rung)
          .map(({ n }) => ({ n, until: rung * factor }));
      });
    },
    // Few trials may leave none at the last rung: the best of those that came furthest goes on.
    atTheEnd(courses) {
      if (courses.some(({ state }) => state === "complete")) return [];
      return courses.filter(({ state }) => state === "paused").sort((a, b) =>
        b.values.length - a.values.length || order(a.best.at(-1)!, b.best.at(-1)!) || a.n - b.n
      ).slice(0, 1).map(({ n }) => ({ n, until: toTheEnd }));
    },
  }),
});

/** Whether a trial has come to a rung, or ended on the way to it from the one before. */
const came = ({ state, values }: Course, rung: number, before: number): boolean =>
  values.length >= (state === "paused" ? rung : before);

const figureAt = ({ state, best }: Course, rung: number): number =>
  best[rung - 1] ?? (state === "failed" ? Infinity : best.at(-1) ?? Infinity);

const order = (a: number, b: number): number => a < b ? -1 : a > b ? 1 : 0;
