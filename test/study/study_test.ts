import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { studyCommand, type StudyFlags } from "../../src/commands/study_command.ts";
import { reportCommand } from "../../src/commands/report_command.ts";
import { resultsCommand } from "../../src/commands/study_results.ts";
import { importModel, type ModelModule } from "../../src/models/model_module.ts";
import { UserError } from "../../src/errors.ts";
import { readRun } from "../../src/run/record.ts";
import { Ledger } from "../../src/study/ledger.ts";
import { objectiveOf, ranking, stateOf } from "../../src/study/trial.ts";
import { smallData } from "./small_data.ts";
import { temporaryFolder } from "../temporary_folder.ts";

const given = (settings: Readonly<Record<string, unknown>>) =>
  Object.entries(settings).map(([key, value]) => ({ key, value, place: key }));

const ownModel = `
import { flatten, linear, model, sequential } from "@wick/wick";
import { z } from "zod";
export default model({
  name: "own",
  title: "two linear layers",
  settings: { width: z.int().min(1).default(8).describe("units between") },
  build: ({ width }, { channels, height, width: columns, classes }) =>
    sequential(flatten, linear(channels * height * columns, width), linear(width, classes)),
});
`;

/** Works off a small study in this folder; returns what was said. */
async function studied(
  outputDir: string,
  flags: StudyFlags,
  settings: Readonly<Record<string, unknown>>,
  models = ["linear", "nonlinear"],
  data = smallData(outputDir),
  modules: ReadonlyMap<string, ModelModule> = new Map(),
) {
  const said: string[] = [];
  const screen = { line: (text: string) => said.push(text), bar() {} };
  const small = { data, batchSize: 32, study: "s" } as const;
  const code = await studyCommand({
    request: {
      models: models.map((name) => ({ name, given: [], place: name })),
      given: given(settings),
    },
    flags: { ...small, outputDir, ...flags },
    modules,
    command: "deno task sweep",
  }, screen);
  return { code, said: said.join("\n"), sha: said.join("\n").match(/study sha256 (\w+)/)?.[1] };
}

const space = { lr: "log:1e-3..1000", hidden: "4..8", opt: ["sgd", "adamw"] };

Deno.test("a study has the same SHA-256 with 1, 2 and 4 jobs: TPE, ASHA, trials that fail", async () => {
  using parent = temporaryFolder();
  const all: string[] = [];
  for (const jobs of [1, 2, 4]) {
    const folder = `${parent.path}/${jobs}`;
    const flags = { tpe: 16, pruner: "asha", round: 4, jobs, epochs: 3, weightDecay: 10 } as const;
    const data = smallData(parent.path);
    const { code, said, sha } = await studied(folder, flags, space, undefined, data);
    assertEquals(code, 0);
    all.push(sha!);
    using ledger = Ledger.open(`${folder}/s`);
    const trials = ledger.trials();
    assertEquals(trials.length, 16);
    const states = new Set(trials.map(stateOf));
    assertEquals([...states].sort(), ["complete", "failed", "paused"], said);
    assert(trials.some(({ runs }) => runs[0]?.failure?.startsWith("The training loss is")));
  }
  assertEquals(new Set(all).size, 1);
});

Deno.test("a median pruner stops what is worse, and a study goes on where it was", async () => {
  using parent = temporaryFolder();
  const flags = { random: 16, pruner: "median", round: 4, jobs: 2, epochs: 4 } as const;
  const { sha } = await studied(parent.path, flags, { lr: "log:1e-4..1" });
  using ledger = Ledger.open(`${parent.path}/s`);
  const trials = ledger.trials();
  assert(trials.some((trial) => stateOf(trial) === "pruned"));
  for (const { runs: [{ state, history }] } of trials) {
    assertEquals(state === "complete", history.length === 4);
  }
  assertEquals((await studied(parent.path, flags, { lr: "log:1e-4..1" })).sha, sha);
  await assertRejects(
    () => studied(parent.path, flags, { lr: "log:1e-3..1" }),
    UserError,
    "holds another study: name this one with --study NAME",
  );
});

Deno.test("keys without a meaning are dropped, equal trials are one, bad combinations are recorded", async () => {
  using parent = temporaryFolder();
  const flags = { epochs: 2, seeds: 2 };
  const { code, said } = await studied(parent.path, flags, {
    opt: ["sgd", "adam"],
    momentum: [0, 0.9],
    lrWarmupEpochs: [0, 5],
  }, ["linear"]);
  assertEquals(code, 0);
  using ledger = Ledger.open(`${parent.path}/s`);
  const trials = ledger.trials();
  assertEquals(trials.map(({ sameAs }) => sameAs), [...Array(6).fill(undefined), 4, undefined]);
  assertEquals(trials.map((trial) => trial.failure !== undefined), [
    ...[false, true, false, true, false, true, false, true],
  ]);
  assertStringIncludes(said, "8 trials: 3 complete, 4 failed, 1 named again");
  assertStringIncludes(said, "--lr-warmup-epochs 5 must be below --epochs 2");
});

Deno.test("a study tries models of one's own, with settings of their own", async () => {
  using parent = temporaryFolder();
  const path = `${parent.path}/own.ts`;
  Deno.writeTextFileSync(path, ownModel);
  const modules = new Map([[path, await importModel(path)]]);
  const data = smallData(parent.path);
  const models = ["linear", path];
  await studied(parent.path, { epochs: 1 }, { width: [2, 3] }, models, data, modules);
  using ledger = Ledger.open(`${parent.path}/s`);
  const trials = ledger.trials();
  assertEquals(trials.map(({ point }) => point), [
    { model: "linear", values: {} },
    { model: "own", values: { width: 2 } },
    { model: "own", values: { width: 3 } },
  ]);
  const { config } = readRun(`${parent.path}/s/${trials[2].runs[0].folder}`);
  assertEquals([config.model, config.modelSettings], ["own", { width: 3 }]);
});

Deno.test("the runs of a study are not tested until it is finished, for its best trial alone", async () => {
  using parent = temporaryFolder();
  const { said } = await studied(parent.path, { epochs: 2, seeds: 2 }, { lr: [0.1, 0.001] }, [
    "linear",
  ]);
  assertStringIncludes(said, "trial 0 over trial 1: ");
  const folder = `${parent.path}/s`;
  const heard: string[] = [];
  const screen = { line: (text: string) => heard.push(text), bar() {} };
  const summaries = () => {
    using ledger = Ledger.open(folder);
    const trials = ledger.trials();
    assertEquals(ranking(trials, objectiveOf("accuracy")).map(({ n }) => n), [0, 1]);
    return trials.flatMap(({ runs }) =>
      runs.map((run) => readRun(`${folder}/${run.folder}`).summary)
    );
  };
  assertEquals(summaries(), Array(4).fill(undefined));
  assertEquals(await resultsCommand("finish", folder, {}, screen), 0);
  assertEquals(summaries().map((summary) => summary !== undefined), [true, true, false, false]);
  assert(/^trial 0, seeds 1, 2: test_acc % [\d.]+ ± [\d.]+$/.test(heard.at(-1)!), heard.at(-1));

  const output = `${parent.path}/out`;
  assertEquals(await resultsCommand("show", folder, { output }, screen), 0);
  assertStringIncludes(heard.join("\n"), "the test set was opened for trial 0, first at ");
  assertEquals(Deno.readTextFileSync(`${output}/study.csv`).split("\n").length, 6);
  for (const name of ["history", "curves", "slice", "parallel"]) {
    const svg = Deno.readTextFileSync(`${output}/${name}.svg`);
    assertStringIncludes(svg, ">Study s</text>");
    assert(!svg.includes("NaN"), name);
  }
  assertEquals(readRun(`${folder}/00001-s1`).state, "untested");
  const report = Deno.readTextFileSync(await reportCommand(folder, {}, () => {}));
  for (
    const what of ["<h1>Study s</h1>", ">val_acc %<", "trial 0 over trial 1: ", "study sha256 "]
  ) {
    assertStringIncludes(report, what);
  }
  assertEquals(report.match(/<figure/g)?.length, 4);

  await resultsCommand("export", folder, { output: `${parent.path}/recipe.json` }, screen);
  const recipe = JSON.parse(Deno.readTextFileSync(`${parent.path}/recipe.json`));
  assertEquals([recipe.model, recipe.lr, recipe.seed, recipe.epochs], ["linear", 0.1, 1, 2]);
});
