import { functional } from "../tensor/mod.ts";
import type { Layer } from "./module.ts";

/** A dropout layer. */
export interface Dropout extends Layer {
  /** The share of values that is zeroed in training. */
  readonly rate: number;
}

/** Zeroes a share of the values in training and scales the others up; nothing in evaluation. */
export function dropout(rate: number): Dropout {
  if (!(rate >= 0 && rate < 1)) {
    throw new RangeError(`Cannot define dropout: the rate ${rate} is not in [0, 1)`);
  }
  return {
    kind: "dropout",
    rate,
    forward(x, { prefix }, { training, random }) {
      if (!training || rate === 0) return x;
      if (random === undefined) {
        throw new TypeError("Cannot drop out in training without chance: pass { random }");
      }
      return functional.dropout(x, rate, random.child(prefix));
    },
  };
}
