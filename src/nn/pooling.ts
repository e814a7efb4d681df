import { functional, type Pair, PoolingGeometry, type PoolingOptions } from "../tensor/mod.ts";
import type { Layer } from "./module.ts";

/** A layer that takes one number of each window of an image. */
export interface Pool2d extends Layer, Pick<PoolingGeometry, "kernel" | "stride" | "padding"> {}

/** The greatest value of each window; the first one takes its gradient. */
export const maxPool2d = (kernel: Pair, options: PoolingOptions = {}): Pool2d =>
  pool("maxPool2d", functional.maxPool2d, new PoolingGeometry(kernel, options));

/** The mean of each window; padding counts as zeros. */
export const avgPool2d = (kernel: Pair, options: PoolingOptions = {}): Pool2d =>
  pool("avgPool2d", functional.avgPool2d, new PoolingGeometry(kernel, options));

function pool(
  kind: string,
  operation: typeof functional.avgPool2d,
  geometry: PoolingGeometry,
): Pool2d {
  const { kernel, stride, padding } = geometry;
  return { kind, kernel, stride, padding, forward: (x) => operation(x, geometry) };
}
