import { concat, Tensor } from "../tensor/mod.ts";
import type { Layer } from "./module.ts";

/**
 * A model that gives the mean of the class scores of an image and of its mirror image, left to right,
 * where it is evaluated; training is left as it is. Its weights have the names that they have in `model`.
 */
export const mirrored = (model: Layer): Layer => ({
  ...model,
  forward(images, module, mode) {
    if (mode.training) return model.forward(images, module, mode);
    const [batch, , , width] = images.shape;
    const columns = Uint32Array.from({ length: width! }, (_, column) => width! - 1 - column);
    const backwards = Tensor.from(columns, [width!], { device: images.device });
    const mirror = images.indexSelect(backwards, 3);
    const both = concat([images, mirror]);
    const scores = model.forward(both, module, mode);
    const pairs = scores.reshape([2, batch!, ...scores.shape.slice(1)]);
    const mean = pairs.mean(0);
    if (!mean.requiresGrad) {
      for (const tensor of [backwards, mirror, both, scores, pairs]) tensor.dispose();
    }
    return mean;
  },
});
