import { native } from "../ffi/mod.ts";
import type { PoolingGeometry } from "./geometry.ts";
import { crossing, type Shape, shapeText } from "./shape.ts";
import { type Backward, isTracked, record } from "./tape.ts";
import { Tensor } from "./tensor.ts";

const pair = new Float64Array(2);

/**
 * Greatest value of each window of images `[batch, channels, height, width]`; the first maximum of
 * a window takes its whole gradient. With `inputFromRelu` the gradient is that of the ReLU before
 * the pooling too.
 */
export function maxPool2d(x: Tensor, geometry: PoolingGeometry, inputFromRelu = false): Tensor {
  checkPooling(x.shape, geometry);
  native.max_pool2d(x.handle, geometry.native, pair);
  return maxPooled(pair, [x], x.shape, geometry, inputFromRelu, (gradient) => [gradient]);
}

/**
 * The pooled tensor of a pair of handles, its own and its taps', on the tape; `before` makes the
 * inputs' gradients of that of what was pooled, whose shape is `shape`. With `fromRelu` the latter is
 * that of the ReLU before the pooling too.
 */
export function maxPooled(
  [handle, tap]: Iterable<number>,
  inputs: readonly Tensor[],
  shape: Shape,
  geometry: PoolingGeometry,
  fromRelu: boolean,
  before: Backward<Tensor>,
): Tensor {
  const y = new Tensor(handle!, inputs[0]!.dtype);
  if (!inputs.some(isTracked)) {
    native.tensor_free(tap!);
    return y;
  }
  return record(y, inputs, ({ handle }, wanted) => {
    const mask = fromRelu ? y.handle : 0;
    const pooled = crossing(shape);
    const inner = native.max_pool2d_gradient(handle, tap!, pooled, geometry.native, mask);
    return before(new Tensor(inner, y.dtype), wanted);
  }, [tap!]);
}

/** Mean of each window of images `[batch, channels, height, width]`; padding counts as zeros. */
export function avgPool2d(x: Tensor, geometry: PoolingGeometry): Tensor {
  checkPooling(x.shape, geometry);
  const y = new Tensor(native.avg_pool2d(x.handle, geometry.native), x.dtype);
  if (!isTracked(x)) return y;
  return record(y, [x], (gradient) => {
    const shape = crossing(x.shape);
    return [
      new Tensor(native.avg_pool2d_gradient(gradient.handle, shape, geometry.native), y.dtype),
    ];
  });
}

/** Throws RangeError where images of this shape cannot be pooled. */
export function checkPooling(shape: Shape, geometry: PoolingGeometry): void {
  if (shape.length !== 4) {
    throw new RangeError(
      `Cannot pool ${shapeText(shape)}: images are [batch, channels, height, width]`,
    );
  }
  if (!geometry.fits(shape[2]!, 0) || !geometry.fits(shape[3]!, 1)) {
    throw new RangeError(
      `Cannot pool ${shapeText(shape)}: the window ${geometry.native[0]} x ${
        geometry.native[1]
      } is larger than the padded image`,
    );
  }
}
