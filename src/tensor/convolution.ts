import { native } from "../ffi/mod.ts";
import { ConvolutionGeometry, type PoolingGeometry } from "./geometry.ts";
import { checkLayerDtype, layerGradients } from "./layer_gradients.ts";
import type { Activation } from "./activations.ts";
import { avgPool2d, checkPooling, maxPooled } from "./pooling.ts";
import { type PendingBatchNorm, pendingGradients } from "./pending.ts";
import { added, isAlike } from "./residual.ts";
import { type Shape, shapeText } from "./shape.ts";
import { type Gradients, isTracked, record, type Wanted } from "./tape.ts";
import { Tensor } from "./tensor.ts";

/** What a convolution's passes end in, forward and back, besides its sums. */
export interface Epilogue {
  /** The output is `max(y, 0)`. */
  readonly relu?: boolean;
  /** What is added to the output, before the ReLU; not beside a pooling. */
  readonly added?: Tensor;
  /** The output is the greatest value of each window, as `maxPool2d` has it. */
  readonly pooling?: PoolingGeometry;
  /** The output is the mean of each window, as `avgPool2d` has it. */
  readonly average?: PoolingGeometry;
  /** The output is a function of the sums; beside nothing else that changes them. */
  readonly activation?: Activation;
  /** The gradient that arrives is already zero where the ReLU gave 0: the next operation did it. */
  readonly reluGradientDone?: boolean;
  /** A normalisation of the input that is applied while it is read. */
  readonly pending?: PendingBatchNorm;
  /** The input came out of a ReLU, whose gradient is left to the gradient of this input. */
  readonly inputFromRelu?: boolean;
}

const plain = new ConvolutionGeometry();
const plainSums: Epilogue = {};
const pair = new Float64Array(2);
const flag = new Uint32Array(1);

/**
 * Cross-correlation of images `x [batch, in, height, width]` with `weight [out, in / groups, kernel
 * height, kernel width]`, plus `bias [out]`.
 */
export function conv2d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor,
  geometry: ConvolutionGeometry = plain,
  epilogue: Epilogue = plainSums,
): Tensor {
  checkLayerDtype("convolution", x, weight);
  checkConvolution(x.shape, weight.shape, bias?.shape, geometry);
  const { relu = false, pooling, average, activation } = epilogue;
  if (epilogue.pending !== undefined && (pooling ?? average ?? activation) !== undefined) {
    const normalised = epilogue.pending.apply();
    const y = conv2d(normalised, weight, bias, geometry, { ...epilogue, pending: undefined });
    if (!normalised.requiresGrad) normalised.dispose();
    return y;
  }
  if (pooling !== undefined) return convolveAndPool(x, weight, bias, geometry, pooling, epilogue);
  if (average !== undefined) {
    return convolveAndAverage(x, weight, bias, geometry, average, epilogue);
  }
  if (activation !== undefined) {
    return convolveAndActivate(x, weight, bias, geometry, activation, epilogue);
  }
  const { added: other, pending } = epilogue;
  if (other !== undefined && !isAlike(other, x, outputShape(x, weight, geometry))) {
    const { inputFromRelu } = epilogue;
    return added(conv2d(x, weight, bias, geometry, { inputFromRelu, pending }), other, relu);
  }
  const [{ handle: kernel }, shift] = [weight, bias?.handle ?? 0];
  const plus = other?.handle ?? 0;
  const [numbers, before] = pendingArguments(pending);
  const handle = native.conv2d(
    x.handle,
    kernel,
    shift,
    geometry.native,
    plus,
    Number(relu),
    numbers,
    before,
  );
  const y = new Tensor(handle, x.dtype);
  const masked = relu && !epilogue.reluGradientDone;
  return recorded(
    y,
    x,
    weight,
    bias,
    geometry,
    epilogue,
    (gradient) =>
      masked
        ? new Tensor(native.tensor_relu_gradient(y.handle, gradient.handle), y.dtype)
        : gradient,
  );
}

function outputShape(x: Tensor, weight: Tensor, geometry: ConvolutionGeometry): Shape {
  const [batch, , height, width] = x.shape as [number, number, number, number];
  const [outputs, , rows, columns] = weight.shape as [number, number, number, number];
  return [batch, outputs, geometry.output(height, rows, 0), geometry.output(width, columns, 1)];
}

function convolveAndPool(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  geometry: ConvolutionGeometry,
  pooling: PoolingGeometry,
  { relu = false, inputFromRelu = false }: Epilogue,
): Tensor {
  const convolved = outputShape(x, weight, geometry);
  checkPooling(convolved, pooling);
  native.conv2d_max_pool2d(
    x.handle,
    weight.handle,
    bias?.handle ?? 0,
    geometry.native,
    Number(relu),
    pooling.native,
    pair,
  );
  const inputs = bias ? [x, weight, bias] : [x, weight];
  return maxPooled(
    pair,
    inputs,
    convolved,
    pooling,
    relu,
    (gradient, wanted) => conv2dGradients(inputs, gradient, geometry, inputFromRelu, wanted),
  );
}

function convolveAndAverage(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  geometry: ConvolutionGeometry,
  average: PoolingGeometry,
  { relu = false, inputFromRelu }: Epilogue,
): Tensor {
  checkPooling(outputShape(x, weight, geometry), average);
  if ([x, weight, bias].some((each) => each && isTracked(each))) {
    return avgPool2d(conv2d(x, weight, bias, geometry, { relu, inputFromRelu }), average);
  }
  const [kernel, shift] = [weight.handle, bias?.handle ?? 0];
  const after = Number(relu);
  return new Tensor(
    native.conv2d_avg_pool2d(x.handle, kernel, shift, geometry.native, after, average.native),
    x.dtype,
  );
}

function convolveAndActivate(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  geometry: ConvolutionGeometry,
  { native: [number, first, second], apply }: Activation,
  { inputFromRelu }: Epilogue,
): Tensor {
  if ([x, weight, bias].some((each) => each && isTracked(each))) {
    return apply(conv2d(x, weight, bias, geometry, { inputFromRelu }));
  }
  const [kernel, shift, { native: settings }] = [weight.handle, bias?.handle ?? 0, geometry];
  const handle = native.conv2d_activation(
    x.handle,
    kernel,
    shift,
    settings,
    number,
    first,
    second,
  );
  return new Tensor(handle, x.dtype);
}

/**
 * What `conv2d` gives, and the statistics of its channels, with which `batchNorm` need not read it
 * for them. The caller frees the statistics.
 */
export function conv2dForBatchNorm(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  geometry: ConvolutionGeometry,
  epilogue: Pick<Epilogue, "inputFromRelu" | "pending">,
): { readonly y: Tensor; readonly statistics: Tensor } {
  checkLayerDtype("convolution", x, weight);
  checkConvolution(x.shape, weight.shape, bias?.shape, geometry);
  const [shift, [numbers, before]] = [bias?.handle ?? 0, pendingArguments(epilogue.pending)];
  const { handle } = weight;
  native.conv2d_statistics(x.handle, handle, shift, geometry.native, numbers, before, pair);
  const [y, statistics] = [new Tensor(pair[0]!, x.dtype), new Tensor(pair[1]!, "f64")];
  return {
    y: recorded(y, x, weight, bias, geometry, epilogue, (gradient) => gradient),
    statistics,
  };
}

const pendingArguments = (pending?: PendingBatchNorm): [numbers: number, relu: number] =>
  pending === undefined ? [0, 0] : [pending.numbers.handle, Number(pending.relu)];

/**
 * Records a convolution, and the normalisation of its images where one was pending. `inside` gives
 * the gradient of the sums from that of `y`.
 */
function recorded(
  y: Tensor,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  geometry: ConvolutionGeometry,
  { inputFromRelu = false, added: other, pending }: Epilogue,
  inside: (gradient: Tensor) => Tensor,
): Tensor {
  const own = bias ? [x, weight, bias] : [x, weight];
  const before = pending ? [x, pending.weight, pending.bias] : [x];
  const inputs = [...before, ...own.slice(1), ...(other ? [other] : [])];
  const saved = pending
    ? [pending.numbers, ...(pending.statistics ? [pending.statistics] : [])]
    : [];
  if (!inputs.some(isTracked)) {
    for (const tensor of saved) tensor.dispose();
    return y;
  }
  return record(y, inputs, (gradient, wanted) => {
    const inner = inside(gradient);
    const wantsImages = before.some((_, i) => wanted.wants(i));
    const of = {
      wants: (i: number) => i === 0 ? wantsImages : wanted.wants(i + before.length - 1),
    };
    const [dx, ...rest] = conv2dGradients(own, inner, geometry, inputFromRelu, of, pending);
    const images = pending ? pendingGradients(pending, dx, wanted) : [dx];
    return [...images, ...rest, ...(other ? [inner] : [])];
  }, saved);
}

function conv2dGradients(
  inputs: readonly Tensor[],
  gradient: Tensor,
  geometry: ConvolutionGeometry,
  masked: boolean,
  wanted: Wanted,
  pending?: PendingBatchNorm,
): Gradients<Tensor> {
  const [x, weight] = inputs as readonly [Tensor, Tensor];
  return layerGradients(inputs, wanted, (which, out) => {
    const { handle } = gradient;
    const [numbers, before] = pendingArguments(pending);
    native.conv2d_gradients(
      x.handle,
      weight.handle,
      handle,
      geometry.native,
      Number(masked),
      numbers,
      before,
      which,
      out,
    );
  });
}

/**
 * Whether convolutions with a weight `[out, in / groups, kernel height, kernel width]` apply a
 * pending normalisation while they read images, rather than before.
 */
export function readsPending(weight: Shape, geometry: ConvolutionGeometry): boolean {
  native.conv2d_reads_pending(Uint32Array.from(weight), geometry.native, flag);
  return flag[0] === 1;
}

function checkConvolution(
  x: Shape,
  weight: Shape,
  bias: Shape | undefined,
  geometry: ConvolutionGeometry,
): void {
  const refuse = (why: string) =>
    new RangeError(`Cannot convolve ${shapeText(x)} with ${shapeText(weight)}: ${why}`);
  if (x.length !== 4) throw refuse("images are [batch, channels, height, width]");
  if (weight.length !== 4) throw refuse("a weight is [out, in / groups, height, width]");
  const { groups } = geometry;
  if (x[1] !== weight[1]! * groups) {
    throw refuse(`the weight expects ${weight[1]! * groups} channels`);
  }
  if (weight[0]! % groups !== 0) throw refuse(`${groups} groups do not divide ${weight[0]}`);
  if (!geometry.fits(x[2]!, weight[2]!, 0) || !geometry.fits(x[3]!, weight[3]!, 1)) {
    throw refuse("the kernel is larger than the padded image");
  }
  if (bias !== undefined && (bias.length !== 1 || bias[0] !== weight[0])) {
    throw refuse(`a bias ${shapeText(bias)} has to be [${weight[0]}]`);
  }
}
