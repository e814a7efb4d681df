import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { TrainSettings } from "../../src/config/config.ts";
import { Run } from "../../src/run/run.ts";
import {
  augmentedLayer,
  augmentedSettings,
  colourLayer,
  colours,
  colourSettings,
  config,
  environment,
  trainTo,
} from "../train/fixtures.ts";
import { temporaryFolder } from "../temporary_folder.ts";

const optimizers: Partial<TrainSettings>[] = [
  { opt: "sgd", lr: 0.05 },
  { opt: "sgd", lr: 0.05, momentum: 0.9, nesterov: true, weightDecay: 1e-3, clipGradNorm: 1 },
  { opt: "adam" },
  { opt: "adamw", weightDecay: 0.05 },
  { opt: "rmsprop", momentum: 0.5 },
];
const schedules: Partial<TrainSettings>[] = [
  { lrScheduler: "constant" },
  { lrScheduler: "step", lrStepSize: 1, lrGamma: 0.5 },
  { lrScheduler: "cosine", lrWarmupEpochs: 1 },
  { lrScheduler: "one-cycle" },
];
/** What a recipe may have besides, each at least once; steps of 16 images, as the others have. */
const parts: Partial<TrainSettings>[] = [
  {
    opt: "lion",
    lr: 0.001,
    decayWeightsOnly: true,
    weightDecay: 0.1,
    biasLrFactor: 2,
    ema: 0.9,
    accumulate: 4,
    batchSize: 4,
    lrScheduler: "plateau",
    lrPatience: 0,
    lrThreshold: 0.5,
  },
  { opt: "muon", lookaheadSteps: 3, ema: 0.5, lrScheduler: "trapezoid", clipGradNorm: 1 },
  { opt: "sgd", biasLrFactor: 4, lrScheduler: "cosine-restarts", lrPeriod: 1, accumulate: 1 },
  { opt: "adam", lookaheadSteps: 2, lookaheadShare: 0.8, lrScheduler: "polynomial", lrPower: 2 },
  { opt: "sgd", lrScheduler: "cosine", batchSize: 8, overfitBatches: 5 },
  { opt: "adamw", lrScheduler: "one-cycle", shards: 2, accumulate: 2, batchSize: 8, ema: 0.5 },
];
const augmented = { hflip: true, cropPadding: 2, randomErase: 0.3, labelSmoothing: 0.1 };

/** The files that say all about a run. */
function files(folder: string) {
  const read = (name: string) => Deno.readFileSync(`${folder}/${name}`);
  const rows = new TextDecoder().decode(read("metrics.csv")).trim().split("\n");
  return {
    last: read("checkpoints/last.safetensors"),
    best: read("checkpoints/best.safetensors"),
    digests: read("weights.jsonl"),
    metrics: rows.map((row) => row.split(",").slice(0, -2).join(",")), // all but the times
  };
}

const recipes = [
  ...optimizers.flatMap((optimizer) =>
    schedules.map((schedule) => ({ ...optimizer, ...schedule }))
  ),
  ...parts,
];
for (const recipe of recipes) {
  const name = `${recipe.opt}${recipe.nesterov ? " with momentum" : ""}`;
  const title = `N steps are k steps, a resume and N - k steps: ${name}, ${recipe.lrScheduler}`;
  Deno.test(title, async () => {
    using parent = temporaryFolder();
    const settings = config({ ...recipe, ...augmented });
    using whole = Run.create(settings, environment, parent.path);
    assertEquals((await trainTo(whole)).step, 10);
    const expected = files(whole.folder);
    for (const k of [1, 4, 5, 7, 10]) { // inside and at the end of an epoch, and of the run
      let folder: string;
      {
        using begun = Run.create(settings, environment, parent.path);
        folder = begun.folder;
        assertEquals(await trainTo(begun, k).then(({ step, complete }) => [step, complete]), [
          k,
          false,
        ]);
      }
      using resumed = Run.open(folder);
      assert((await trainTo(resumed)).complete);
      assertEquals(files(folder), expected);
    }
  });
}

Deno.test("N steps are k steps, a resume and N - k steps: all that changes images, and skips", async () => {
  using parent = temporaryFolder();
  const settings = config({ ...augmentedSettings, lr: 0.05, momentum: 0.9 });
  const to = (run: Run, stopAt?: number) => trainTo(run, stopAt, undefined, augmentedLayer);
  using whole = Run.create(settings, environment, parent.path);
  await to(whole);
  for (const k of [1, 5, 7]) {
    using run = Run.create(settings, environment, parent.path);
    await to(run, k);
    assert((await to(run)).complete);
    assertEquals(files(run.folder), files(whole.folder));
  }
});

Deno.test("N steps are k steps, a resume and N - k steps: all that changes colours", async () => {
  using parent = temporaryFolder();
  const settings = config({ ...colourSettings, lr: 0.05 });
  const to = (run: Run, stopAt?: number) => trainTo(run, stopAt, undefined, colourLayer, colours);
  using whole = Run.create(settings, environment, parent.path);
  await to(whole);
  using plain = Run.create(config({ lr: 0.05 }), environment, parent.path);
  await to(plain);
  assertNotEquals(files(plain.folder).last, files(whole.folder).last);
  for (const k of [1, 7]) {
    using run = Run.create(settings, environment, parent.path);
    await to(run, k);
    assert((await to(run)).complete);
    assertEquals(files(run.folder), files(whole.folder));
  }
});

Deno.test("a run that is stopped at every single step ends as one that is not", async () => {
  using parent = temporaryFolder();
  using whole = Run.create(config(augmented), environment, parent.path);
  await trainTo(whole);
  using run = Run.create(config(augmented), environment, parent.path);
  for (let step = 1; step <= 10; step++) await trainTo(run, step);
  await trainTo(run);
  assertEquals(files(run.folder), files(whole.folder));
});

Deno.test("a run goes on from the checkpoint before a damaged one, to the same bytes", async () => {
  using parent = temporaryFolder();
  using whole = Run.create(config(), environment, parent.path);
  await trainTo(whole);
  using run = Run.create(config(), environment, parent.path, { keepLast: 3 });
  await trainTo(run, 8, "2");
  const path = `${run.folder}/checkpoints/last.safetensors`;
  Deno.writeFileSync(path, Deno.readFileSync(path).subarray(0, 100));
  await trainTo(run);
  assertEquals(files(run.folder), files(whole.folder));
});
