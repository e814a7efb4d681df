import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { configText } from "../../src/config/mod.ts";
import { UserError } from "../../src/errors.ts";
import { writeReport } from "../../src/report/write_report.ts";
import { silentScreen } from "../../src/cli/progress.ts";
import { reproduce } from "../../src/experiment/reproduce.ts";
import { builtIn } from "../../src/train/mod.ts";
import { readRun } from "../../src/run/record.ts";
import { resultsOf } from "../../src/run/results.ts";
import { Run } from "../../src/run/run.ts";
import { liveTensors } from "../../src/tensor/mod.ts";
import { trainRun } from "../../src/run/train_run.ts";
import { modelOf } from "../../src/train/recipe.ts";
import { readWeightsFile } from "../../src/storage/sealed.ts";
import { weightsDigest } from "../../src/storage/weights_digest.ts";
import { config, data, environment, layer, test } from "../train/fixtures.ts";
import { FaultyFiles } from "../storage/faulty_files.ts";
import { temporaryFolder } from "../temporary_folder.ts";
import { runResult } from "../torture/run_files.ts";

/** Carries a run on with the fixtures; returns the exit code and what was said. */
async function carried(run: Run, changes: Partial<Parameters<typeof trainRun>[1]> = {}) {
  const said: string[] = [];
  const code = await trainRun(run, {
    data,
    loadTest: () => Promise.resolve(test),
    layer,
    screen: { line: (text) => said.push(text), bar() {} },
    resumeCommand: "the command",
    ...changes,
  });
  return { code, said };
}

Deno.test("a run ends with figures that its files bear out", async () => {
  using parent = temporaryFolder();
  using run = Run.create(config({ epochs: 3 }), environment, parent.path);
  const { code, said } = await carried(run);
  assertEquals(code, 0);
  const summary = JSON.parse(Deno.readTextFileSync(`${run.folder}/summary.json`));
  assertEquals([summary.data, summary.epochs, summary.steps], ["synthetic", 3, 15]);
  assertEquals(summary.test_count, test.count);
  assertEquals(summary.test_acc, summary.test_correct / test.count);
  const read = (name: string) =>
    readWeightsFile(Deno.readFileSync(`${run.folder}/checkpoints/${name}.safetensors`)).tensors;
  const weights = read("last").filter(({ name }) => !/^(optimizer|train)\./.test(name));
  assertEquals(weightsDigest(weights), summary.weights_sha256);
  assertEquals(weightsDigest(read("best")), summary.best_weights_sha256);
  assert(
    said.some((line) => line.includes("SYNTHETIC")) &&
      said.at(-2)?.includes(summary.weights_sha256),
  );
  assert(
    said.filter((line) => line.startsWith("epoch ")).every((line) =>
      line.endsWith("(SYNTHETIC data)")
    ),
  );
});

Deno.test("a run out of time says so in its files, and before its first epoch has no result", async () => {
  using parent = temporaryFolder();
  using run = Run.create(config({ epochs: 3 }), environment, parent.path);
  await assertRejects(
    () => carried(run, { maxTime: "0s" }),
    UserError,
    "--max-time 0s was over before the first epoch. To resume: the command",
  );
  for (let steps = 2; steps < 5; steps++) {
    await assertRejects(() => carried(run, { maxTime: "0s" }), UserError); // a step each time
  }
  const { code, said } = await carried(run, { maxTime: "0s" });
  assertEquals(code, 0);
  assert(said.includes("ended by --max-time: this result does not follow from its config alone"));
  const { summary } = readRun(run.folder);
  assertEquals([summary?.epochs, summary?.steps, summary?.out_of_time], [1, 5, true]);
  const results = resultsOf(readRun(run.folder));
  assertEquals(results.out_of_time, true);
  await assertRejects(
    () => reproduce("run", results, builtIn(run.config), {}, silentScreen),
    UserError,
    "run was ended by --max-time",
  );
});

Deno.test("a run with label smoothing says once which loss has it, its report and page too", async () => {
  using parent = temporaryFolder();
  using run = Run.create(
    config({ epochs: 1, labelSmoothing: 0.1, mixup: 0.2 }),
    environment,
    parent.path,
  );
  const layer = modelOf(run.config);
  const { said } = await carried(run, { layer });
  const note =
    "train_loss is with label smoothing 0.1 and mixed images, val_loss and test_loss are without";
  assertEquals(said.join("\n").split(note).length, 2);
  const path = await writeReport(run.folder, { resumeCommand: "", test, tell() {} });
  assertStringIncludes(Deno.readTextFileSync(path.replace(/^report /, "")), note);
  using plain = Run.create(config({ epochs: 1 }), environment, parent.path);
  assert(!(await carried(plain)).said.join().includes("smoothing"));
});

Deno.test("the test set is opened once, when the training is complete", async () => {
  using parent = temporaryFolder();
  using run = Run.create(config(), environment, parent.path);
  let opened = 0;
  const loadTest = () => {
    const rows = Deno.readTextFileSync(`${run.folder}/metrics.csv`).trim().split("\n");
    assertEquals(rows.length, 3);
    opened++;
    return Promise.resolve(test);
  };
  await carried(run, { loadTest });
  assertEquals(opened, 1);
});

Deno.test("a run whose test set cannot be read is finished later, with the same figures", async () => {
  using parent = temporaryFolder();
  using whole = Run.create(config(), environment, parent.path);
  await carried(whole);
  using run = Run.create(config(), environment, parent.path);
  const loadTest = () => Promise.reject(new UserError("There is no test set"));
  const error = await assertRejects(() => carried(run, { loadTest }), UserError);
  assertEquals(error.message, "There is no test set. To resume: the command");
  assertEquals(readRun(run.folder).finished, false);
  assertEquals((await carried(run)).code, 0);
  assertEquals(runResult(run.folder), runResult(whole.folder));
});

Deno.test("a run whose checkpoints are all damaged begins again, says so, and ends the same", async () => {
  using parent = temporaryFolder();
  using whole = Run.create(config(), environment, parent.path);
  await carried(whole);
  for (const damaged of ["best", "last"]) {
    using run = Run.create(config(), environment, parent.path, { keepLast: 1 });
    await carried(run);
    Deno.removeSync(`${run.folder}/summary.json`);
    Deno.truncateSync(`${run.folder}/checkpoints/${damaged}.safetensors`, 50);
    const { said } = await carried(run);
    assert(said.some((line) => line.startsWith("warning: Cannot use ")), said.join("\n"));
    assert(said.some((line) => line.includes("begins again at step 0")), said.join("\n"));
    assertEquals(runResult(run.folder), runResult(whole.folder));
  }
});

Deno.test("a run that cannot be resumed as its config was changed is not said to be resumed so", async () => {
  using parent = temporaryFolder();
  const begun = async () => {
    using run = Run.create(config({ epochs: 1 }), environment, parent.path);
    await carried(run);
    return run.folder;
  };
  const folder = await begun();
  Deno.writeTextFileSync(`${folder}/config.json`, configText(config({ seed: 2 })));
  using changed = Run.open(folder);
  const error = await assertRejects(() => carried(changed), UserError);
  assert(error.message.endsWith("must not be changed after the start"), error.message);
});

Deno.test("a disk that is full stops the run with one sentence and the way on", async () => {
  using parent = temporaryFolder();
  const files = new FaultyFiles("ENOSPC");
  using run = Run.create(config(), environment, parent.path, { files });
  files.failing = files.operations.length + 12;
  const error = await assertRejects(() => carried(run), UserError);
  assert(
    /^Cannot .* No space left .*\. To resume: the command$/.test(error.message),
    error.message,
  );
  assertEquals((await carried(run)).code, 0);
});

Deno.test("a run without validation images is best where it is last", async () => {
  using parent = temporaryFolder();
  using run = Run.create(config(), environment, parent.path);
  await carried(run, { data: { ...data, validation: undefined } });
  const summary = JSON.parse(Deno.readTextFileSync(`${run.folder}/summary.json`));
  assertEquals(summary.best, summary.last);
  assertEquals(summary.best_weights_sha256, summary.weights_sha256);
});

Deno.test("a run whose loss is not finite asks for no resume, which would end the same", async () => {
  using parent = temporaryFolder();
  const wild = config({ lr: 1000, weightDecay: 10, lrScheduler: "constant", epochs: 50 });
  using run = Run.create(wild, environment, parent.path);
  const live = liveTensors();
  const error = await assertRejects(() => carried(run, { layer: undefined }), UserError);
  assert(/try a lower --lr or --clip-grad-norm 1$/.test(error.message), error.message);
  assert(!/To resume|checkpoint/.test(error.message), error.message);
  assertEquals(readRun(run.folder).failure, error.message);
  assertThrows(() => resultsOf(readRun(run.folder)), UserError, "has failed: ");
  assertEquals(liveTensors(), live);
});
