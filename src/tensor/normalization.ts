import { native } from "../ffi/mod.ts";
import { type Shape, shapeText } from "./shape.ts";
import { isTracked, record } from "./tape.ts";
import { Tensor } from "./tensor.ts";
import { written } from "./writes.ts";

const triple = new Float64Array(3);

/** Running statistics of a batch normalisation, `[channels]` each, updated in place. */
export interface RunningStatistics {
  readonly mean: Tensor;
  readonly variance: Tensor;
  /** Share of the new batch in the update. */
  readonly momentum: number;
}

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
): Tensor {
  checkChannels(x.shape, weight.shape);
  const count = x.size / x.shape[1]!;
  if (count < 2) {
    throw new RangeError(
      `Cannot normalise ${shapeText(x.shape)} over the batch: each channel has one value`,
    );
  }
  native.batch_norm(x.handle, weight.handle, bias.handle, epsilon, triple);
  const [, mean, inverse] = triple as unknown as [number, number, number];
  try {
    if (running !== undefined) follow(running, mean, inverse, epsilon, count);
  } catch (error) {
    for (const handle of triple) native.tensor_free(handle);
    throw error;
  }
  const y = new Tensor(triple[0]!, x.dtype);
  return recordNormalization(y, x, weight, bias, mean, inverse, native.batch_norm_gradient);
}

/** Moves running statistics towards the statistics of a batch of `count` values a channel. */
function follow(
  { mean, variance, momentum }: RunningStatistics,
  batchMean: number,
  inverse: number,
  epsilon: number,
  count: number,
): void {
  const { handle } = variance;
  native.batch_norm_update(mean.handle, handle, batchMean, inverse, epsilon, momentum, count);
  written(mean);
  written(variance);
}

/** Normalises each channel of `x` by given statistics: `(x - mean) / sqrt(variance + epsilon)`. */
export function batchNormInference(
  x: Tensor,
  weight: Tensor,
  bias: Tensor,
  mean: Tensor,
  variance: Tensor,
  epsilon: number,
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
    ),
    x.dtype,
  );
  if (![x, weight, bias].some(isTracked)) return y;
  return record(y, [x, weight, bias], (gradient, wanted) => {
    const along = x.shape.map((length, dim) => dim === 1 ? length : 1);
    const others = along.map((_, dim) => dim).filter((dim) => dim !== 1);
    const deviation = variance.add(epsilon).sqrt().reshape(along);
    const normalised = () => x.sub(mean.reshape(along)).div(deviation);
    return [
      wanted.wants(0) ? gradient.mul(weight.reshape(along)).div(deviation) : undefined,
      wanted.wants(1) ? gradient.mul(normalised()).sum(others) : undefined,
      wanted.wants(2) ? gradient.sum(others) : undefined,
    ];
  });
}

/**
 * Normalises the last dimension of `x` by its own mean and (biased) variance, then scales by
 * `weight` and shifts by `bias` (Ba, Kiros and Hinton, arXiv 1607.06450).
 */
export function layerNorm(x: Tensor, weight: Tensor, bias: Tensor, epsilon: number): Tensor {
  if (x.rank === 0 || weight.rank !== 1 || x.shape[x.rank - 1] !== weight.shape[0]) {
    throw new RangeError(
      `Cannot normalise the last dimension of ${shapeText(x.shape)} with a weight ${
        shapeText(weight.shape)
      }`,
    );
  }
  native.layer_norm(x.handle, weight.handle, bias.handle, epsilon, triple);
  const y = new Tensor(triple[0]!, x.dtype);
  return recordNormalization(
    y,
    x,
    weight,
    bias,
    triple[1]!,
    triple[2]!,
    native.layer_norm_gradient,
  );
}

function recordNormalization(
  y: Tensor,
  x: Tensor,
  weight: Tensor,
  bias: Tensor,
  mean: number,
  inverse: number,
  backward: typeof native.batch_norm_gradient,
): Tensor {
  if (!isTracked(x) && !isTracked(weight) && !isTracked(bias)) {
    native.tensor_free(mean);
    native.tensor_free(inverse);
    return y;
  }
  return record(y, [x, weight, bias], (gradient) => {
    backward(x.handle, gradient.handle, weight.handle, mean, inverse, triple);
    return Array.from(triple, (handle) => new Tensor(handle, x.dtype));
  }, [mean, inverse]);
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
