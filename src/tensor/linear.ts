import { native } from "../ffi/mod.ts";
import type { Activation } from "./activations.ts";
import { checkLayerDtype, layerGradients } from "./layer_gradients.ts";
import { type Shape, shapeText } from "./shape.ts";
import { isTracked, record } from "./tape.ts";
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
  const [inputs, shift] = [bias ? [x, weight, bias] : [x, weight], bias?.handle ?? 0];
  const tracked = inputs.some(isTracked);
  if (activation !== undefined && tracked) return activation.apply(linear(x, weight, bias));
  const handle = activation === undefined
    ? native.linear(x.handle, weight.handle, shift, Number(relu))
    : native.linear_activation(x.handle, weight.handle, shift, ...activation.native);
  const y = new Tensor(handle, x.dtype, [x.shape[0]!, weight.shape[0]!]);
  if (!tracked) return y;
  return record(y, inputs, (gradient, wanted) =>
    layerGradients(inputs, wanted, (which, out) => {
      const before = relu ? y.handle : 0;
      native.linear_gradients(x.handle, weight.handle, before, gradient.handle, which, out);
    }));
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
