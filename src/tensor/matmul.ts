import { native } from "../ffi/mod.ts";
import { unbroadcast } from "./arithmetic.ts";
import { layerGradients } from "./layer_gradients.ts";
import { broadcastShape, type Shape, shapeText } from "./shape.ts";
import { isTracked, record } from "./tape.ts";
import { Tensor } from "./tensor.ts";

/** Matrix product `[..., m, k] @ [..., k, n] -> [..., m, n]`; the leading dimensions broadcast. */
export function matmul(a: Tensor, b: Tensor): Tensor {
  checkMatmul(a, b);
  const product = new Tensor(native.tensor_matmul(a.handle, b.handle), a.dtype);
  if (!isTracked(a) && !isTracked(b)) return product;
  return record(product, [a, b], (gradient, wanted) => [
    wanted.wants(0) ? unbroadcast(matmul(gradient, b.transpose()), a.shape) : undefined,
    wanted.wants(1) ? unbroadcast(matmul(a.transpose(), gradient), b.shape) : undefined,
  ]);
}

function checkMatmul(a: Tensor, b: Tensor): void {
  const left = a.shape;
  const right = b.shape;
  const refuse = (why: string) =>
    new RangeError(`Cannot matmul ${shapeText(left)} by ${shapeText(right)}: ${why}`);
  if (a.dtype !== b.dtype) {
    throw new TypeError(`Cannot matmul ${a.dtype} by ${b.dtype}: cast one of them`);
  }
  if (left.length < 2 || right.length < 2) throw refuse("both need at least two dimensions");
  if (left[left.length - 1] !== right[right.length - 2]) throw refuse("inner dimensions differ");
  const both = left.length === 2 && right.length === 2;
  if (!both && broadcastShape(left.slice(0, -2), right.slice(0, -2)) === undefined) {
    throw refuse("leading dimensions do not broadcast");
  }
}

/** What a linear layer does besides its product. */
export interface LinearOptions {
  /** Ends in `max(y, 0)`, in the same pass. */
  readonly relu?: boolean;
}

/** `x [batch, in]` times the transposed `weight [out, in]`, plus `bias [out]` -> `[batch, out]`. */
export function linear(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor,
  { relu = false }: LinearOptions = {},
): Tensor {
  checkLayerDtype("linear layer", x, weight);
  checkLinear(x.shape, weight.shape, bias?.shape);
  const y = new Tensor(
    native.linear(x.handle, weight.handle, bias?.handle ?? 0, Number(relu)),
    x.dtype,
    [x.shape[0]!, weight.shape[0]!],
  );
  const inputs = bias ? [x, weight, bias] : [x, weight];
  if (!inputs.some(isTracked)) return y;
  return record(y, inputs, (gradient, wanted) =>
    layerGradients(inputs, wanted, (which, out) => {
      const before = relu ? y.handle : 0;
      native.linear_gradients(x.handle, weight.handle, before, gradient.handle, which, out);
    }));
}

/** Throws where a layer's input has not the dtype of its weight. */
export function checkLayerDtype(layer: string, x: Tensor, weight: Tensor): void {
  if (x.dtype !== weight.dtype) {
    throw new TypeError(
      `Cannot apply a ${layer} of ${weight.dtype} weights to ${x.dtype}: cast the input`,
    );
  }
}

function checkLinear(x: Shape, weight: Shape, bias: Shape | undefined): void {
  if (x.length !== 2 || weight.length !== 2 || x[1] !== weight[1]) {
    throw new RangeError(
      `Cannot apply a linear layer of weight ${shapeText(weight)} to ${
        shapeText(x)
      }: the input has to be [batch, ${weight[1] ?? "in"}]`,
    );
  }
  if (bias !== undefined && (bias.length !== 1 || bias[0] !== weight[0])) {
    throw new RangeError(
      `Cannot add a bias ${shapeText(bias)} to a linear layer of weight ${
        shapeText(weight)
      }: it has to be [${weight[0]}]`,
    );
  }
}
