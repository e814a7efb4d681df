import { native } from "../ffi/mod.ts";
import type { PoolingGeometry } from "./geometry.ts";
import { crossing, type Shape, shapeText } from "./shape.ts";
import { type Backward, isTracked, record } from "./tape.ts";
import { Tensor } from "./tensor.ts";

const pair = new Float64Array(2);

/**
 * Greatest value of each window of images `[batch, channels, height, width]`; the first maximum of
 * a window takes its whole gradient. With `inputFromRelu` the images came out of a ReLU, and the
 * gradient of the images is zeroed where the ReLU gave 0.
 */
export function maxPool2d(x: Tensor, geometry: PoolingGeometry, inputFromRelu = false): Tensor {
  checkPooling(x.shape, geometry);
  native.max_pool2d(x.handle, geometry.native, pair);
  return maxPooled(pair, [x], x.shape, geometry, inputFromRelu, (gradient) => [gradient]);
}

/**
 * Records a max-pooling of images of shape `shape`, and takes over the handles of the pooled tensor
 * and of the argmax of each window. `backward` turns the gradient of the images into the gradients
 * of `inputs`. With `fromRelu` the gradient of the images is zeroed where the ReLU before the
 * pooling gave 0.
 */
export function maxPooled(
  [handle, places]: Iterable<number>,
  inputs: readonly Tensor[],
  shape: Shape,
  geometry: PoolingGeometry,
  fromRelu: boolean,
  backward: Backward<Tensor>,
): Tensor {
  const { dtype } = inputs[0]!;
  const [y, argmax] = [new Tensor(handle!, dtype), new Tensor(places!, dtype)];
  if (!inputs.some(isTracked)) {
    argmax.dispose();
    return y;
  }
  return record(y, inputs, ({ handle }, wanted) => {
    const mask = fromRelu ? y.handle : 0;
    const pooled = crossing(shape);
    const inner = native.max_pool2d_gradient(
      handle,
      argmax.handle,
      pooled,
      geometry.native,
      mask,
    );
    return backward(new Tensor(inner, y.dtype), wanted);
  }, [argmax]);
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
