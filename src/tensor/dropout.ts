import { native } from "../ffi/mod.ts";
import type { Random } from "./random.ts";
import { isTracked, record } from "./tape.ts";
import { Tensor } from "./tensor.ts";

/**
 * Zeroes each value with probability `rate` and divides the others by `1 - rate` (Srivastava et
 * al., JMLR 15, 2014). Throws RangeError where `rate` is not in [0, 1).
 */
export function dropout(x: Tensor, rate: number, random: Random): Tensor {
  if (!(rate >= 0 && rate < 1)) {
    throw new RangeError(`Cannot drop a share of ${rate}: it has to be in [0, 1)`);
  }
  const { seed, key, epoch, index } = random;
  const drop = (values: Tensor) =>
    new Tensor(native.dropout(values.handle, rate, seed, key, epoch, index), x.dtype);
  const y = drop(x);
  return isTracked(x) ? record(y, [x], (gradient) => [drop(gradient)]) : y;
}
