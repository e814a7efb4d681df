import { native } from "../ffi/mod.ts";
import type { PoolingGeometry } from "./geometry.ts";
import { layerGradients } from "./layer_gradients.ts";
import type { NormalizationEpilogue } from "./normalization.ts";
import { checkPooling, maxPool2d } from "./pooling.ts";
import { added, isAlike } from "./residual.ts";
import { type Shape, shapeText } from "./shape.ts";
import { type Backward, type Gradients, isTracked, record, type Wanted } from "./tape.ts";
import { Tensor } from "./tensor.ts";
import { written } from "./writes.ts";

const handles = new Float64Array(3);

/** Running statistics of a batch normalisation, `[channels]` each, updated in place. */
export interface RunningStatistics {
  readonly mean: Tensor;
  readonly variance: Tensor;
  /** Share of the new batch in the update. */
  readonly momentum: number;
}

/** Says that native code has moved the running statistics. */
export function moved(running: RunningStatistics | undefined): void {
  if (running === undefined) return;
  written(running.mean);
  written(running.variance);
}

/** What a batch normalisation ends in, forward and back. */
export interface BatchNormEpilogue extends NormalizationEpilogue {
  /** What is added to the output, before the ReLU. */
  readonly added?: Tensor;
  /** The batch's statistics, where they were gathered before: they are not gathered again. */
  readonly statistics?: Tensor;
  /** The output is the greatest value of each window, as `maxPool2d` has it. */
  readonly pooling?: PoolingGeometry;
}

const plain: BatchNormEpilogue = {};

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
  epilogue: BatchNormEpilogue = plain,
): Tensor {
  checkBatch(x.shape, weight.shape);
  const { pooling, relu = false, added: other } = epilogue;
  if (other !== undefined && (pooling !== undefined || !isAlike(other, x, x.shape))) {
    const y = batchNorm(x, weight, bias, epsilon, running, { statistics: epilogue.statistics });
    return ended(added(y, other, relu), { pooling });
  }
  if (pooling !== undefined) checkPooling(x.shape, pooling);
  const { mean, variance, momentum = 0 } = running ?? {};
  const [scale, shift] = [weight.handle, bias.handle];
  const [means, variances] = [mean?.handle ?? 0, variance?.handle ?? 0];
  const [after, known] = [Number(relu), epilogue.statistics?.handle ?? 0];
  if (pooling === undefined) {
    native.batch_norm(
      x.handle,
      scale,
      shift,
      means,
      variances,
      momentum,
      epsilon,
      other?.handle ?? 0,
      after,
      known,
      handles,
    );
  } else {
    native.batch_norm_max_pool2d(
      x.handle,
      scale,
      shift,
      means,
      variances,
      momentum,
      epsilon,
      after,
      pooling.native,
      known,
      handles,
    );
  }
  moved(running);
  const [y, statistics] = [new Tensor(handles[0]!, x.dtype), new Tensor(handles[1]!, "f64")];
  const saved = pooling === undefined
    ? [statistics]
    : [statistics, new Tensor(handles[2]!, x.dtype)];
  const inputs = other === undefined ? [x, weight, bias] : [x, weight, bias, other];
  if (!inputs.some(isTracked)) {
    for (const tensor of saved) tensor.dispose();
    return y;
  }
  return record(y, inputs, backwardOf(y, inputs, epsilon, epilogue, saved), saved);
}

/** The gradients of the output that `epilogue` made, given statistics and argmax. */
function backwardOf(
  y: Tensor,
  [x, weight, bias, other]: readonly Tensor[],
  epsilon: number,
  { relu = false, reluGradientDone = false, pooling }: BatchNormEpilogue,
  [statistics, argmax]: readonly Tensor[],
): Backward<Tensor> {
  const own = [x!, weight!, bias!];
  const masked = relu && !reluGradientDone;
  return (gradient, wanted) => {
    const { handle: dy } = gradient;
    const { handle: scale } = weight!;
    if (pooling !== undefined) {
      const value = relu ? y.handle : 0;
      return layerGradients(own, wanted, (which, out) => {
        native.batch_norm_max_pool2d_gradients(
          x!.handle,
          dy,
          argmax!.handle,
          value,
          scale,
          statistics!.handle,
          epsilon,
          pooling.native,
          which,
          out,
        );
      });
    }
    const inner = other !== undefined && masked
      ? new Tensor(native.tensor_relu_gradient(y.handle, dy), y.dtype)
      : gradient;
    const after = other === undefined && masked ? bias!.handle : 0;
    const gradients = layerGradients(own, wanted, (which, out) => {
      const [{ handle: dy }, { handle: known }] = [inner, statistics!];
      native.batch_norm_gradients(x!.handle, dy, scale, after, known, epsilon, which, out);
    });
    return other === undefined ? gradients : [...gradients, inner];
  };
}

/** Normalises each channel of `x` by given statistics: `(x - mean) / sqrt(variance + epsilon)`. */
export function batchNormInference(
  x: Tensor,
  weight: Tensor,
  bias: Tensor,
  mean: Tensor,
  variance: Tensor,
  epsilon: number,
  epilogue: BatchNormEpilogue = plain,
): Tensor {
  checkChannels(x.shape, weight.shape);
  const { relu = false, reluGradientDone = false, added: other, pooling } = epilogue;
  if (other !== undefined || pooling !== undefined) {
    const y = batchNormInference(x, weight, bias, mean, variance, epsilon);
    return ended(other === undefined ? y : added(y, other, relu), {
      relu: relu && other === undefined,
      pooling,
    });
  }
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

/** The output through what an epilogue still says. */
function ended(y: Tensor, { relu = false, pooling }: BatchNormEpilogue): Tensor {
  let value = y;
  if (relu) value = replaced(value, value.relu());
  return pooling === undefined ? value : replaced(value, maxPool2d(value, pooling));
}

/** The new tensor; the old one is freed where no gradient needs it. */
function replaced(old: Tensor, value: Tensor): Tensor {
  if (!value.requiresGrad) old.dispose();
  return value;
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

/** Throws RangeError where a batch of this shape has no statistics of its own. */
export function checkBatch(x: Shape, weight: Shape): void {
  checkChannels(x, weight);
  if (x.reduce((size, length) => size * length, 1) / x[1]! < 2) {
    throw new RangeError(
      `Cannot normalise ${shapeText(x)} over the batch: each channel has one value`,
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
