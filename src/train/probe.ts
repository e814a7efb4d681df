import { batches, type ImageSet, subset } from "../data/mod.ts";
import type { Layer } from "../nn/mod.ts";
import { plainStep, type StepResult } from "../nn/mod.ts";
import { gradients, noGradients, scope, shapeText, Tensor } from "../tensor/mod.ts";
import type { Recipe } from "./recipe.ts";
import { TrainingState } from "./state.ts";

/**
 * Runs the forward and the backward half of one step on two images and keeps nothing, so that a
 * model that cannot be trained says so before a run begins. Returns a sentence on outputs or a loss
 * of the wrong shape; undefined if nothing is wrong. What a layer throws passes on.
 */
export function probe(layer: Layer, recipe: Recipe, images: ImageSet): string | undefined {
  using state = new TrainingState(layer, recipe, images.count);
  const { model, mode, parameters } = state;
  const { step = plainStep, device } = recipe;
  const classes = images.classes.length;
  const two = subset(images, images.name, Uint32Array.of(0, Math.min(1, images.count - 1)));
  for (const batch of batches(two, 2, { device })) {
    return scope(() => {
      const wrong = ({ shape }: Tensor) =>
        shape.length === 2 && shape[0] === 2 && shape[1] === classes
          ? undefined
          : `its outputs for 2 images are ${
            shapeText(shape)
          }, not scores [2, ${classes}] of ${classes} classes`;
      const evaluated = wrong(noGradients(() => model.forward(batch.images)));
      if (evaluated !== undefined) return evaluated;
      const { loss, outputs } = Object(step(model, batch, mode, recipe.loss)) as StepResult;
      if (!(loss instanceof Tensor)) return "its loss is no tensor";
      if (!(outputs instanceof Tensor)) {
        return "its step gives no outputs: return { loss, outputs }";
      }
      const trained = wrong(outputs);
      if (trained !== undefined) return trained;
      if (loss.rank !== 0) return `its loss is ${shapeText(loss.shape)}, not a single number []`;
      if (!loss.requiresGrad) {
        return "its loss depends on no weight: make it of the outputs, without detach(), read() or " +
          "noGradients()";
      }
      const again = step(model, batch, mode, recipe.loss).loss;
      if (!Object.is(again.item(), loss.item())) {
        return "its step gives another loss when it is done again: it keeps a state of its own, " +
          "which a resumed run would not have";
      }
      for (const gradient of gradients(loss, parameters)) gradient.dispose();
    });
  }
}
