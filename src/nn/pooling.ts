import { functional, type Pair, PoolingGeometry, type PoolingOptions } from "../tensor/mod.ts";
import { type Layer, moduleOf, stateless } from "./module.ts";

/** The greatest value of each window; the first one takes its gradient. */
export function maxPool2d(kernel: Pair, options: PoolingOptions = {}): Layer {
  const geometry = new PoolingGeometry(kernel, options);
  return {
    kind: "maxPool2d",
    pooling: geometry,
    build({ fusion }) {
      const inputFromRelu = fusion.inputFromRelu ?? false;
      return moduleOf((x) => functional.maxPool2d(x, geometry, inputFromRelu));
    },
  };
}

/** The mean of each window; padding counts as zeros. */
export function avgPool2d(kernel: Pair, options: PoolingOptions = {}): Layer {
  const geometry = new PoolingGeometry(kernel, options);
  return stateless("avgPool2d", (x) => functional.avgPool2d(x, geometry));
}
