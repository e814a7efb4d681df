/**
 * Trains models for three epochs in each of the processes that mpirun started, or in this one alone, and
 * prints in the first one the SHA-256 of their checkpoints and what was measured.
 */
import { together } from "../../src/commands/together.ts";
import { configureThreads } from "../../src/ffi/mod.ts";
import { weightsDigest } from "../../src/storage/mod.ts";
import { modelOf, Pace, train, TrainingState } from "../../src/train/mod.ts";
import { config, data, layer, recipe } from "../train/fixtures.ts";

await together(async (join) => {
  const ranks = join();
  configureThreads(0, ranks.local);
  const settings = { epochs: 3, shards: 4, lr: 0.05, momentum: 0.9, clipGradNorm: 1 } as const;
  const models = {
    cnn: modelOf(config({ model: "cnn", hidden: 4 })),
    "batch norm and dropout": layer,
  };
  for (const [name, model] of Object.entries(models)) {
    using state = new TrainingState(model, recipe(settings), data.train.count, ranks);
    await train(state, data, {}, new Pace());
    const { tensors, progress } = state.checkpoint();
    if (ranks.rank > 0) continue;
    console.log(name, weightsDigest(tensors), JSON.stringify(progress.history.at(-1)));
  }
});
