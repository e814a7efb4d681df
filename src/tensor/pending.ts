import { native } from "../ffi/mod.ts";
import {
  batchNorm,
  batchNormInference,
  checkBatch,
  moved,
  type RunningStatistics,
} from "./batch_norm.ts";
import { layerGradients } from "./layer_gradients.ts";
import { type Gradients, isTracked, type Wanted } from "./tape.ts";
import { Tensor } from "./tensor.ts";

/**
 * A batch normalisation of images, perhaps with a ReLU, that the convolution that reads the images
 * applies to each number it reads. One convolution takes it over, and what it holds.
 */
export interface PendingBatchNorm {
  /** The images, `[batch, channels, height, width]`. */
  readonly x: Tensor;
  /** Scale and shift of each channel, and what is added to the variance. */
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly epsilon: number;
  /** Whether `max(y, 0)` follows. */
  readonly relu: boolean;
  /** What native code applies, `[channels, 3]`, and the batch's statistics, where gradients may need them. */
  readonly numbers: Tensor;
  readonly statistics?: Tensor;
  /** The normalised images, as an operation of its own gives them. */
  apply(): Tensor;
}

const pair = new Float64Array(2);

/** What a pending normalisation ends in, and what is known before. */
export interface PendingOptions {
  /** Whether a ReLU follows. */
  readonly relu?: boolean;
  /** The batch's statistics, where they were gathered before. */
  readonly statistics?: Tensor;
}

/** `batchNorm` that is pending. Running statistics follow at once. */
export function pendingBatchNorm(
  x: Tensor,
  weight: Tensor,
  bias: Tensor,
  epsilon: number,
  running: RunningStatistics | undefined,
  { relu = false, statistics: known }: PendingOptions = {},
): PendingBatchNorm {
  checkBatch(x.shape, weight.shape);
  const { mean, variance, momentum = 0 } = running ?? {};
  native.batch_norm_pending(
    x.handle,
    weight.handle,
    bias.handle,
    mean?.handle ?? 0,
    variance?.handle ?? 0,
    momentum,
    epsilon,
    known?.handle ?? 0,
    pair,
  );
  moved(running);
  const [numbers, statistics] = [new Tensor(pair[0]!, x.dtype), new Tensor(pair[1]!, "f64")];
  const apply = () => {
    using gathered = statistics;
    numbers.dispose();
    return batchNorm(x, weight, bias, epsilon, undefined, { relu, statistics: gathered });
  };
  return { x, weight, bias, epsilon, relu, numbers, statistics, apply };
}

/** `batchNormInference` that is pending; undefined where gradients need its output. */
export function pendingBatchNormInference(
  x: Tensor,
  weight: Tensor,
  bias: Tensor,
  mean: Tensor,
  variance: Tensor,
  epsilon: number,
  relu: boolean,
): PendingBatchNorm | undefined {
  if ([x, weight, bias].some(isTracked)) return undefined;
  const [scale, shift] = [weight.handle, bias.handle];
  const [means, variances] = [mean.handle, variance.handle];
  const handle = native.batch_norm_inference_pending(scale, shift, means, variances, epsilon);
  const numbers = new Tensor(handle, x.dtype);
  const apply = () => {
    numbers.dispose();
    return batchNormInference(x, weight, bias, mean, variance, epsilon, { relu });
  };
  return { x, weight, bias, epsilon, relu, numbers, apply };
}

/** Gradients of images, weight and bias that a normalisation is pending for, by that of its output. */
export function pendingGradients(
  { x, weight, bias, epsilon, relu, statistics }: PendingBatchNorm,
  gradient: Tensor | undefined,
  wanted: Wanted,
): Gradients<Tensor> {
  if (gradient === undefined) return [undefined, undefined, undefined];
  const [images, dy, scale] = [x.handle, gradient.handle, weight.handle];
  const gradients = layerGradients([x, weight, bias], wanted, (which, out) => {
    const after = relu ? bias.handle : 0;
    native.batch_norm_gradients(images, dy, scale, after, statistics!.handle, epsilon, which, out);
  });
  gradient.dispose();
  return gradients;
}
