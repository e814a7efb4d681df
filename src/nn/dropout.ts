import { functional } from "../tensor/mod.ts";
import { type Layer, moduleOf } from "./module.ts";

/** Zeroes a share of the values in training and scales the others up; nothing in evaluation. */
export function dropout(rate: number): Layer {
  if (!(rate >= 0 && rate < 1)) {
    throw new RangeError(`Cannot define dropout: the rate ${rate} is not in [0, 1)`);
  }
  return {
    kind: "dropout",
    build: ({ prefix }) =>
      moduleOf((x, { training, random }) => {
        if (!training || rate === 0) return x;
        if (random === undefined) {
          throw new TypeError("Cannot drop out in training without chance: pass { random }");
        }
        return functional.dropout(x, rate, random.child(prefix));
      }),
  };
}
