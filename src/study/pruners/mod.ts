/** Ways to end trials that promise little. @module */
import { asha } from "./asha.ts";
import { median } from "./median.ts";
import { type Pruner, pruner, toTheEnd } from "./pruner.ts";

/** Trains each trial to its end. */
export const none: Pruner = pruner({
  name: "none",
  title: "train each trial to its end",
  settings: {},
  pruning: () => ({ begin: () => ({ until: toTheEnd }), goOn: () => [], atTheEnd: () => [] }),
});

/** The ways to end trials early. */
export const pruners: readonly Pruner[] = [none, median, asha];
export type { Continued, Course, Leave, Pruner, Pruning } from "./pruner.ts";
