import { parseConfig } from "../src/config/mod.ts";
import { loadTest, loadTraining } from "../src/data/mod.ts";
import { configureThreads } from "../src/ffi/mod.ts";
import { fit, modelOf, recipeOf } from "../src/train/mod.ts";
import { silentScreen } from "../src/cli/mod.ts";

/**
 * wick's side of the speedrun: `CONFIG.json THREADS [DATA_FOLDER]`. Trains, and prints the accuracy on
 * the test images after each epoch as a line of JSON.
 */
if (import.meta.main) {
  const [path, threads, dataDir] = Deno.args;
  configureThreads(Number(threads));
  const config = parseConfig(Deno.readTextFileSync(path), path);
  const options = { data: config.data, dataDir };
  const { train } = await loadTraining({ ...options, trainSize: config.trainSize });
  const test = await loadTest(options);
  const watcher = {
    screen: silentScreen,
    epoch: (history: readonly { readonly val_acc?: number }[]) =>
      console.log(JSON.stringify({ accuracy: history.at(-1)?.val_acc })),
  };
  using _ = await fit({
    ...recipeOf(config),
    model: modelOf(config),
    data: { train, validation: test },
    watcher,
  });
}
