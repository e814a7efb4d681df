import { concat, Tensor } from "../tensor/mod.ts";
import type { Layer } from "./module.ts";

/**
 * A model that gives the mean of the class scores of an image and of its mirror image, left to right,
 * where it is evaluated; training is left as it is. Its weights have the names that they have in `model`.
 */
export const mirrored = (model: Layer): Layer => ({
  ...model,
  kind: "mirrored",
  around: model,
  forward(images, module, mode) {
    if (mode.training) return model.forward(images, module, mode);
    const [batch, , , width] = images.shape;
    const columns = Uint32Array.from({ length: width! }, (_, column) => width! - 1 - column);
    const backwards = Tensor.from(columns, [width!], { device: images.device });
    // The first dimension is the one that is quick to select from.
    const turned = images.permute([3, 0, 1, 2]);
    const selected = turned.indexSelect(backwards, 0);
    const mirror = selected.permute([1, 2, 3, 0]);
    const both = concat([images, mirror]);
    const scores = model.forward(both, module, mode);
    const pairs = scores.reshape([2, batch!, ...scores.shape.slice(1)]);
    const mean = pairs.mean(0);
    if (!mean.requiresGrad) {
      const made = [backwards, turned, selected, mirror, both, scores, pairs];
      for (const tensor of made) tensor.dispose();
    }
    return mean;
  },
});
