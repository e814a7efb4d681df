import { assert, assertEquals, assertRejects } from "@std/assert";
import { parseArgs } from "@std/cli/parse-args";
import { evaluateCommand } from "../../src/commands/evaluate_command.ts";
import { exportCommand } from "../../src/commands/export_command.ts";
import { silentScreen } from "../../src/cli/progress.ts";
import { completeConfig } from "../../src/config/config.ts";
import { trainArguments } from "../../src/commands/train_arguments.ts";
import { trainCommand } from "../../src/commands/train_command.ts";
import { UsageError, UserError } from "../../src/errors.ts";
import { importModel } from "../../src/models/mod.ts";
import { Run } from "../../src/run/run.ts";
import { trainRun } from "../../src/run/train_run.ts";
import { temporaryFolder } from "../temporary_folder.ts";
import { data, environment, test } from "../train/fixtures.ts";

const source = `import { flatten, linear, model, sequential } from "@wick/wick";
console.log("imported");
export default model({
  name: "mine",
  title: "mine",
  settings: {},
  build() {
    console.table([{ built: true }]);
    return sequential(flatten, linear(784, 10));
  },
});
`;

/** A run of a module of one's own, with what is left beside it. */
async function trained(parent: string, text = source) {
  const path = `${parent}/mine.ts`;
  Deno.writeTextFileSync(path, text);
  const module = await importModel(path);
  const settings = { model: "mine", modelFiles: module.digests, epochs: 2 };
  const config = completeConfig(settings, "synthetic", module.model);
  using run = Run.create(config, { ...environment, model_path: path }, parent, { module });
  const { model } = module;
  const options = { loadTest: () => Promise.resolve(test), screen: silentScreen };
  await trainRun(run, { ...options, data, model, resumeCommand: "resume" });
  return { folder: run.folder, path };
}

/** What is said on standard error until it is disposed of. */
function heard() {
  const { error } = console;
  const said: string[] = [];
  console.error = (given) => said.push(typeof given === "string" ? given : Deno.inspect(given));
  return { said, [Symbol.dispose]: () => void (console.error = error) };
}

const evaluated = async (path: string, model?: string) => {
  const printed: string[] = [];
  const page = { colour: false, columns: 80 };
  await evaluateCommand(path, { json: true, model }, (text) => printed.push(text), page);
  return JSON.parse(printed.join("\n"));
};

Deno.test("what is to be said of a run's module, and what that says, goes to standard error", async () => {
  using folder = temporaryFolder();
  using errors = heard();
  const { folder: run, path } = await trained(folder.path);
  assertEquals(errors.said[0], "imported");
  assert(errors.said.some((text) => text.includes("built")));
  errors.said.length = 0;
  Deno.writeTextFileSync(path, `${source}// edited\n`);
  const warning = `warning: mine.ts has changed since the run began; the copies in ${run}/model ` +
    "are used";
  assertEquals((await evaluated(run)).count, 10_000);
  assertEquals(errors.said.filter((text) => text.startsWith("warning")), [warning]);
  const printed: string[] = [];
  await exportCommand(run, { npz: `${folder.path}/w.npz` }, (text) => printed.push(text));
  assertEquals(errors.said.filter((text) => text.startsWith("warning")), [warning, warning]);
  assert(printed.every((text) => !text.includes("warning")));
  // Copies that cannot be used are not said to be.
  Deno.writeTextFileSync(`${run}/model/mine.ts`, source.replace('"mine"', '"yours"'));
  errors.said.length = 0;
  await assertRejects(() => evaluated(run), UserError, "puts it back from FILE");
  assertEquals(errors.said, []);
  const weights = `${folder.path}/somewhere/w.safetensors`;
  Deno.mkdirSync(`${folder.path}/somewhere`);
  Deno.copyFileSync(`${run}/checkpoints/best.safetensors`, weights);
  await assertRejects(
    () => evaluated(weights),
    UserError,
    "name its module, as in --model mine.ts",
  );
  Deno.writeTextFileSync(path, source);
  assertEquals((await evaluated(weights, path)).count, 10_000);
});

Deno.test("an error of a module is not said to be mended by resuming the run, which has its copy", async () => {
  using folder = temporaryFolder();
  const late = source.replace(
    "linear(784, 10)",
    'linear(784, 10), { kind: "late", forward: (x, _, { epoch }) => epoch === 1 ? x.none() : x }',
  );
  using _errors = heard();
  const error = await assertRejects(() => trained(folder.path, late), UserError);
  assertEquals(error.message.includes("To resume"), false, error.message);
  assert(
    /mine\.ts:\d+:\d+: x\.none is not a function\. The run has its own copy, .*\/model\/mine\.ts,/
      .test(error.message),
    error.message,
  );
});

Deno.test("a resumed run's own settings are flags, held against what the run has", async () => {
  using folder = temporaryFolder();
  using _errors = heard();
  const settings = "{ norm: z.boolean().default(true), smoothing: z.number().default(0.25) }";
  const layer = 'linear(784, 10), { kind: "same", forward: (x) => x }';
  const text = `import { z } from "zod";\n${source}`.replace("linear(784, 10)", layer)
    .replace("settings: {}", `settings: ${settings}`);
  const { folder: run } = await trained(folder.path, text);
  const resumed = async (...flags: string[]) => {
    const args = ["--resume", run, ...flags];
    const { command, own } = await trainArguments(args);
    const read = command.read(parseArgs(command.arguments(args), command.parseOptions));
    return await trainCommand(read ?? {}, silentScreen, undefined, own);
  };
  assertEquals(await resumed("--smoothing", "0.25", "--norm"), 0);
  for (
    const [flags, sentence] of [
      [["--no-norm"], `--no-norm contradicts ${run}, which has it on`],
      [["--smoothing", "0.3"], `--smoothing 0.3 contradicts ${run}, which has 0.25`],
      [["--smoothin", "0.3"], "Unknown flag --smoothin; did you mean --smoothing?"],
    ] as const
  ) await assertRejects(() => resumed(...flags), UsageError, sentence);
  for (const [flag, form] of [["torch", "PyTorch"], ["html", "a page"], ["onnx", "ONNX"]]) {
    const exported = () => exportCommand(run, { [flag]: `${folder.path}/x` }, () => {});
    await assertRejects(exported, UserError, `"same", for which there is no form in ${form}`);
  }
});
