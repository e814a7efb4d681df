import { native } from "../ffi/mod.ts";
import { activated, type Activation } from "./activations.ts";
import { checkLayerDtype, layerGradients } from "./layer_gradients.ts";
import { type Shape, shapeText } from "./shape.ts";
import { isTracked, record, type Wanted } from "./tape.ts";
import { Tensor } from "./tensor.ts";

/** What a linear layer's pass ends in besides its sums. */
export interface LinearEpilogue {
  /** The output is `max(y, 0)`. */
  readonly relu?: boolean;
  /** The output is a function of the sums. */
  readonly activation?: Activation;
}

/** `x [batch, in]` times the transposed `weight [out, in]`, plus `bias [out]` -> `[batch, out]`. */
export function linear(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor,
  { relu = false, activation }: LinearEpilogue = {},
): Tensor {
  checkLayerDtype("linear layer", x, weight);
  checkLinear(x.shape, weight.shape, bias?.shape);
  const inputs = bias ? [x, weight, bias] : [x, weight];
  const backward = (before: number, gradient: Tensor, wanted: Wanted) =>
    layerGradients(inputs, wanted, (which, out) => {
      native.linear_gradients(x.handle, weight.handle, before, gradient.handle, which, out);
    });
  if (activation !== undefined) {
    const [number, first, second] = activation.native;
    const shift = bias?.handle ?? 0;
    return activated(inputs, activation, (keeps, out) => {
      const { handle } = weight;
      native.linear_activation(x.handle, handle, shift, number, first, second, keeps, out);
    }, (gradient, wanted) => backward(0, gradient, wanted));
  }
  const y = new Tensor(
    native.linear(x.handle, weight.handle, bias?.handle ?? 0, Number(relu)),
    x.dtype,
    [x.shape[0]!, weight.shape[0]!],
  );
  if (!inputs.some(isTracked)) return y;
  return record(y, inputs, (gradient, wanted) => backward(relu ? y.handle : 0, gradient, wanted));
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
