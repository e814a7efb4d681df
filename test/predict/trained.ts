import { batches, type ImageSet } from "../../src/data/mod.ts";
import { linear } from "../../src/models/mod.ts";
import { build, crossEntropy, sgd } from "../../src/nn/mod.ts";
import { gradients, Random, scope } from "../../src/tensor/mod.ts";
import { encodeSafetensors } from "../../src/storage/safetensors.ts";
import { storedTensors } from "../../src/storage/stored_tensors.ts";

/** Trains the linear model on a set for some epochs and writes its weights. */
export function trainWeights(set: ImageSet, path: string, epochs: number): void {
  using model = build(linear(), new Random(1, "init"));
  using optimizer = sgd({ lr: 0.1 }).init(model.parameters);
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const { images, labels } of batches(set, 50)) {
      scope(() => {
        const loss = crossEntropy(model.forward(images, { training: true }), labels);
        optimizer.step(gradients(loss, model.parameters));
      });
    }
  }
  Deno.writeFileSync(path, encodeSafetensors(storedTensors(model.parameters), { format: "pt" }));
}
