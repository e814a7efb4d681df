import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { UserError } from "../../../src/errors.ts";
import { evaluateRun } from "../../../src/report/comparison/evaluated_run.ts";
import { finishedRuns, newestRuns } from "../../../src/report/comparison/finished_runs.ts";
import type { TrainSettings } from "../../../src/config/config.ts";
import { program } from "../../../src/program.ts";
import { Run } from "../../../src/run/run.ts";
import { trainRun } from "../../../src/run/train_run.ts";
import { config, data, environment, test } from "../../train/fixtures.ts";
import { temporaryFolder } from "../../temporary_folder.ts";

/** Trains a small run to its end, begun at a second of 1970; returns its folder. */
async function finished(parent: string, second: number, settings: Partial<TrainSettings> = {}) {
  const options = { time: new Date(1000 * second) };
  using run = Run.create(config({ epochs: 1, ...settings }), environment, parent, options);
  await trainRun(run, {
    data,
    loadTest: () => Promise.resolve(test),
    screen: { line() {}, bar() {} },
    resumeCommand: "",
  });
  return run.folder;
}

const folders = (runs: readonly { readonly folder: string }[]) => runs.map(({ folder }) => folder);

Deno.test("newestRuns() finds the newest finished run of each model", async () => {
  using parent = temporaryFolder();
  const linear = { model: "linear", hidden: undefined } as const;
  await finished(parent.path, 1);
  const first = await finished(parent.path, 2, linear);
  const second = await finished(parent.path, 3, { seed: 7 });
  Run.create(config(), environment, parent.path)[Symbol.dispose](); // newer, but not finished
  Deno.mkdirSync(`${parent.path}/no run`);
  const said: string[] = [];
  const tell = (text: string) => said.push(text);
  assertEquals(folders(newestRuns(`${parent.path}/`, tell)).sort(), [first, second]);
  assertEquals(said, [
    "the newest run of each model that saw the images of the newest run: " +
    `2 of 3 runs (${program} compare ${parent.path}/* compares all)`,
  ]);
  const none = `${parent.path}/none`;
  assertThrows(() => newestRuns(none, tell), UserError, "There is no finished run in");
  assertEquals(said.length, 1);
});

Deno.test("finishedRuns() leaves out what is not finished and what is there twice, and says so", async () => {
  using parent = temporaryFolder();
  const [first, again, other] = [
    await finished(parent.path, 1),
    await finished(parent.path, 2),
    await finished(parent.path, 3, { seed: 7 }),
  ];
  const { folder } = Run.create(config(), environment, parent.path);
  const said: string[] = [];
  const runs = finishedRuns([first, again, `${other}/`, folder], (text) => said.push(text));
  assertEquals(folders(runs), [first, other]);
  assertEquals(said, [
    `left out: ${again} is ${first} once more`,
    `left out: ${folder} is not finished`,
  ]);
  assertThrows(() => finishedRuns([folder], () => {}), UserError, "None of these runs is finished");
  assertThrows(() => finishedRuns([parent.path], () => {}), UserError, "is not a run folder");
});

Deno.test("evaluateRun() finds again what the run recorded", async () => {
  using parent = temporaryFolder();
  const folder = await finished(parent.path, 1, { epochs: 20, batchSize: 2 });
  const [finishedRun] = finishedRuns([folder], () => {});
  const run = await evaluateRun(finishedRun, test);
  assertEquals(run.predictions.correct.filter((is) => is).length, run.results.test_correct);
  assertEquals(run.parameters, 784 * 12 + 12 + 12 * 10 + 10);
  assertEquals(run.machine, "cpu, unknown cpu, 1 thread");
  assert(run.trainingSeconds > 0 && run.imagesPerSecond > 0);
  const { size } = Deno.statSync(`${folder}/checkpoints/best.safetensors`);
  assertEquals(run.weightsBytes, size);
});

Deno.test("evaluateRun() refuses other weights and other test images", async () => {
  using parent = temporaryFolder();
  const folder = await finished(parent.path, 1);
  const other = await finished(parent.path, 2, { seed: 7 });
  const [run] = finishedRuns([folder], () => {});
  const images = { ...test, digests: { "synthetic/test": "1".repeat(64) } };
  await assertRejects(
    () => evaluateRun(run, images),
    UserError,
    "was made with other data: the SHA-256 of synthetic/test differs",
  );
  for (const name of ["config.json", "checkpoints/best.safetensors"]) {
    Deno.copyFileSync(`${other}/${name}`, `${folder}/${name}`);
  }
  await assertRejects(() => evaluateRun(run, test), UserError, "does not hold the weights");
});
