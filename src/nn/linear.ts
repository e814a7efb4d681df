import { functional } from "../tensor/mod.ts";
import { type Layer, moduleOf } from "./module.ts";
import { checkSizes, weightAndBias, type WeightOptions } from "./weights.ts";

/** `[batch, inputs] -> [batch, outputs]`: `x W^T + b`. */
export function linear(inputs: number, outputs: number, options: WeightOptions = {}): Layer {
  checkSizes("linear", { inputs, outputs });
  return {
    kind: "linear",
    build(site) {
      const { weight, bias, parameters } = weightAndBias(site, [outputs, inputs], options);
      const fusion = { relu: site.fusion.relu ?? false };
      return moduleOf(
        (x) => functional.linear(x, weight.tensor, bias?.tensor, fusion),
        parameters,
      );
    },
  };
}
