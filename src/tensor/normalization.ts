import { native } from "../ffi/mod.ts";
import { layerGradients } from "./layer_gradients.ts";
import { type Shape, shapeText } from "./shape.ts";
import { type Gradients, isTracked, record, type Wanted } from "./tape.ts";
import { Tensor } from "./tensor.ts";
import { written } from "./writes.ts";

const pair = new Float64Array(2);

/** Running statistics of a batch normalisation, `[channels]` each, updated in place. */
export interface RunningStatistics {
  readonly mean: Tensor;
  readonly variance: Tensor;
  /** Share of the new batch in the update. */
  readonly momentum: number;
}

/** What a normalisation ends in, forward and back. */
export interface NormalizationEpilogue {
  /** The output is `max(y, 0)`. */
  readonly relu?: boolean;
  /** The gradient that arrives is already zero where the ReLU gave 0: the next operation did it. */
  readonly reluGradientDone?: boolean;
}

const plain: NormalizationEpilogue = {};

/**
 * Normalises each channel of `x` (`[batch, channels]` or `[batch, channels, height, width]`) by the
 * batch's own mean and (biased) variance, then scales by `weight` and shifts by `bias`. Running
 * statistics follow, with the unbiased variance (Ioffe and Szegedy, arXiv 1502.03167).
 */
export function batchNorm(
  x: Tensor,
  weight: Tensor,
  bias: Tensor,
  epsilon: number,
  running?: RunningStatistics,
  { relu = false, reluGradientDone = false }: NormalizationEpilogue = plain,
): Tensor {
  checkChannels(x.shape, weight.shape);
  if (x.size / x.shape[1]! < 2) {
    throw new RangeError(
      `Cannot normalise ${shapeText(x.shape)} over the batch: each channel has one value`,
    );
  }
  const { mean, variance, momentum = 0 } = running ?? {};
  native.batch_norm(
    x.handle,
    weight.handle,
    bias.handle,
    mean?.handle ?? 0,
    variance?.handle ?? 0,
    momentum,
    epsilon,
    Number(relu),
    pair,
  );
  if (running !== undefined) {
    written(running.mean);
    written(running.variance);
  }
  const masked = relu && !reluGradientDone;
  return recorded([x, weight, bias], ({ handle }, statistics, which, out) => {
    const after = masked ? bias.handle : 0;
    const { handle: scale } = weight;
    native.batch_norm_gradients(x.handle, handle, scale, after, statistics, epsilon, which, out);
  });
}

/** Normalises each channel of `x` by given statistics: `(x - mean) / sqrt(variance + epsilon)`. */
export function batchNormInference(
  x: Tensor,
  weight: Tensor,
  bias: Tensor,
  mean: Tensor,
  variance: Tensor,
  epsilon: number,
  { relu = false, reluGradientDone = false }: NormalizationEpilogue = plain,
): Tensor {
  checkChannels(x.shape, weight.shape);
  const y = new Tensor(
    native.batch_norm_inference(
      x.handle,
      weight.handle,
      bias.handle,
      mean.handle,
      variance.handle,
      epsilon,
      Number(relu),
    ),
    x.dtype,
  );
  if (![x, weight, bias].some(isTracked)) return y;
  return record(y, [x, weight, bias], (gradient, wanted) => {
    const inner = relu && !reluGradientDone
      ? new Tensor(native.tensor_relu_gradient(y.handle, gradient.handle), y.dtype)
      : gradient;
    return inferenceGradients([x, weight], [mean, variance], epsilon, inner, wanted);
  });
}

function inferenceGradients(
  [x, weight]: readonly [Tensor, Tensor],
  [mean, variance]: readonly [Tensor, Tensor],
  epsilon: number,
  gradient: Tensor,
  wanted: Wanted,
): Gradients<Tensor> {
  const along = x.shape.map((length, dim) => dim === 1 ? length : 1);
  const others = along.map((_, dim) => dim).filter((dim) => dim !== 1);
  const deviation = variance.add(epsilon).sqrt().reshape(along);
  const normalised = () => x.sub(mean.reshape(along)).div(deviation);
  return [
    wanted.wants(0) ? gradient.mul(weight.reshape(along)).div(deviation) : undefined,
    wanted.wants(1) ? gradient.mul(normalised()).sum(others) : undefined,
    wanted.wants(2) ? gradient.sum(others) : undefined,
  ];
}

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
  const y = new Tensor(pair[0]!, inputs[0]!.dtype);
  const statistics = pair[1]!;
  if (!inputs.some(isTracked)) {
    native.tensor_free(statistics);
    return y;
  }
  return record(
    y,
    inputs,
    (gradient, wanted) =>
      layerGradients(inputs, wanted, (which, out) => backward(gradient, statistics, which, out)),
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

function checkChannels(x: Shape, weight: Shape): void {
  if ((x.length !== 2 && x.length !== 4) || weight.length !== 1 || x[1] !== weight[0]) {
    throw new RangeError(
      `Cannot normalise ${shapeText(x)} with a weight ${
        shapeText(weight)
      }: the input has to be [batch, ${weight[0]}] or [batch, ${weight[0]}, height, width]`,
    );
  }
}
