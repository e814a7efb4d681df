import { native } from "../ffi/mod.ts";
import { layerGradients } from "./layer_gradients.ts";
import { type Shape, shapeText } from "./shape.ts";
import { isTracked, record } from "./tape.ts";
import { Tensor } from "./tensor.ts";

const pair = new Float64Array(2);

/** What a normalisation ends in, forward and back. */
export interface NormalizationEpilogue {
  /** The output is `max(y, 0)`. */
  readonly relu?: boolean;
  /** The gradient that arrives is already zero where the ReLU gave 0: the next operation did it. */
  readonly reluGradientDone?: boolean;
}

const plain: NormalizationEpilogue = {};

/**
 * Normalises each image's `groups` groups of channels of `x` (`[batch, channels, ..]`) by their own
 * mean and (biased) variance, then scales by `weight` and shifts by `bias`, `[channels]` each
 * (Wu and He, arXiv 1803.08494).
 */
export function groupNorm(
  x: Tensor,
  groups: number,
  weight: Tensor,
  bias: Tensor,
  epsilon: number,
  { relu = false, reluGradientDone = false }: NormalizationEpilogue = plain,
): Tensor {
  checkSecond(x.shape, weight.shape);
  if (!Number.isInteger(groups) || groups < 1 || x.shape[1]! % groups !== 0) {
    throw new RangeError(
      `Cannot normalise ${shapeText(x.shape)}: ${groups} groups do not divide ${x.shape[1]}`,
    );
  }
  const { handle: scale } = weight;
  native.group_norm(x.handle, groups, scale, bias.handle, epsilon, Number(relu), pair);
  const masked = relu && !reluGradientDone;
  return recorded([x, weight, bias], (dy, statistics, which, out) => {
    const [after, { handle: scale }] = [masked ? bias.handle : 0, weight];
    native.group_norm_gradients(
      x.handle,
      dy.handle,
      groups,
      scale,
      after,
      statistics,
      epsilon,
      which,
      out,
    );
  });
}

/**
 * Normalises the last dimension of `x` by its own mean and (biased) variance, then scales by
 * `weight` and shifts by `bias` (Ba, Kiros and Hinton, arXiv 1607.06450).
 */
export function layerNorm(x: Tensor, weight: Tensor, bias: Tensor, epsilon: number): Tensor {
  checkLast(x.shape, weight.shape);
  native.layer_norm(x.handle, weight.handle, bias.handle, epsilon, pair);
  return recorded([x, weight, bias], ({ handle }, statistics, which, out) => {
    const { handle: scale } = weight;
    native.layer_norm_gradients(x.handle, handle, scale, statistics, epsilon, which, out);
  });
}

/**
 * Normalises each pixel of `x` (`[batch, channels, ..]`) over its channels, as `layerNorm` does a last
 * dimension: by its own mean and (biased) variance, then by `weight` and `bias`, `[channels]` each.
 */
export function layerNorm2d(x: Tensor, weight: Tensor, bias: Tensor, epsilon: number): Tensor {
  checkSecond(x.shape, weight.shape);
  native.layer_norm_2d(x.handle, weight.handle, bias.handle, epsilon, pair);
  return recorded([x, weight, bias], ({ handle }, statistics, which, out) => {
    const { handle: scale } = weight;
    native.layer_norm_2d_gradients(x.handle, handle, scale, statistics, epsilon, which, out);
  });
}

/**
 * Divides the last dimension of `x` by the root of its mean square, then scales by `weight`
 * (Zhang and Sennrich, arXiv 1910.07467).
 */
export function rmsNorm(x: Tensor, weight: Tensor, epsilon: number): Tensor {
  checkLast(x.shape, weight.shape);
  native.rms_norm(x.handle, weight.handle, epsilon, pair);
  return recorded([x, weight], ({ handle }, statistics, which, out) => {
    const { handle: scale } = weight;
    native.rms_norm_gradients(x.handle, handle, scale, statistics, epsilon, which, out);
  });
}

/** The native call for a normalisation's gradients, as `layerGradients` makes it. */
type Backward = (
  dy: Tensor,
  statistics: number,
  which: number,
  out: Float64Array<ArrayBuffer>,
) => void;

/** The output in `pair`, recorded with the statistics beside it. */
function recorded(inputs: readonly Tensor[], backward: Backward): Tensor {
  const [y, statistics] = [new Tensor(pair[0]!, inputs[0]!.dtype), new Tensor(pair[1]!, "f64")];
  if (!inputs.some(isTracked)) {
    statistics.dispose();
    return y;
  }
  return record(
    y,
    inputs,
    (gradient, wanted) =>
      layerGradients(
        inputs,
        wanted,
        (which, out) => backward(gradient, statistics.handle, which, out),
      ),
    [statistics],
  );
}

function checkLast(x: Shape, weight: Shape): void {
  if (x.length === 0 || weight.length !== 1 || x.at(-1) !== weight[0]) {
    throw new RangeError(
      `Cannot normalise the last dimension of ${shapeText(x)} with a weight ${shapeText(weight)}`,
    );
  }
}

function checkSecond(x: Shape, weight: Shape): void {
  if (x.length < 2 || weight.length !== 1 || x[1] !== weight[0]) {
    throw new RangeError(
      `Cannot normalise ${shapeText(x)} with a weight ${
        shapeText(weight)
      }: the input has to be [batch, ${weight[0]}, ..]`,
    );
  }
}
