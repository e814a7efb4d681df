import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { z } from "zod";
import { moduleCommand, modulesIn, trainArguments } from "../../src/commands/train_arguments.ts";
import { checkedSettings } from "../../src/commands/train_command.ts";
import { UsageError, UserError } from "../../src/errors.ts";
import { temporaryFolder } from "../temporary_folder.ts";

Deno.test("a model that there is not is refused with the nearest one", () => {
  assertThrows(
    () => checkedSettings({ model: "cnm" }),
    UsageError,
    "; did you mean cnn?",
  );
});

Deno.test("settings are held against a module's defaults, and those against one another", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/mine.ts`;
  const load = async (defaults: string) => {
    Deno.writeTextFileSync(
      path,
      `import { flatten, linear, model, sequential } from "@wick/wick";
export default model({ name: "mine", title: "mine", settings: {}, defaults: ${defaults},
  build: () => sequential(flatten, linear(784, 10)) });`,
    );
    const copy = `${folder.path}/copy${defaults.length}.ts`; // a module is loaded once
    Deno.renameSync(path, copy);
    return (await trainArguments(["--model", copy])).own!;
  };
  const refused: [string, string][] = [
    ['{ opt: "adam", momentum: 0.5 }', "--momentum is for --opt sgd, rmsprop"],
    ["{ hidden: 3 }", "--hidden is for --model nonlinear, cnn"],
    ["{ hflip: true, alternatingFlip: true }", "--alternating-flip flips by itself"],
  ];
  for (const [defaults, message] of refused) {
    await assertRejects(
      () => load(defaults),
      UserError,
      `has defaults that contradict: ${message}`,
    );
  }
  const own = await load("{ epochs: 30, hflip: true }");
  const settings = { model: "mine", modelFiles: own.digests };
  checkedSettings({ ...settings, lrWarmupEpochs: 15 }, own.model);
  assertThrows(
    () => checkedSettings({ ...settings, lrWarmupEpochs: 30 }, own.model),
    UsageError,
    "--lr-warmup-epochs 30 must be below --epochs 30",
  );
  const flips = { ...settings, alternatingFlip: true };
  assertThrows(
    () => checkedSettings(flips, own.model),
    UsageError,
    "or turn it off with --no-hflip",
  );
  checkedSettings({ ...flips, hflip: false }, own.model);
});

Deno.test("a setting whose flag has a meaning already is refused", async () => {
  using folder = temporaryFolder();
  const refused: [settings: string, message: string][] = [
    ["batchSize: z.int().default(3)", 'a setting "batchSize", which every model has'],
    ["wd: z.int().default(3)", 'a setting "wd", which every model has'],
    ["help: z.int().default(3)", 'a setting "help", which every model has'],
    [
      "norm: z.boolean().default(true), noNorm: z.boolean().default(true)",
      'a setting "noNorm", whose flag turns off --norm',
    ],
    ["noHflip: z.boolean().default(true)", 'a setting "noHflip", whose flag turns off --hflip'],
  ];
  const text = (settings: string) =>
    `import { flatten, linear, model, sequential } from "@wick/wick";
import { z } from "zod";
export default model({ name: "mine", title: "mine", settings: { ${settings} },
  build: () => sequential(flatten, linear(784, 10)) });`;
  for (const [i, [settings, message]] of refused.entries()) {
    const path = `${folder.path}/mine${i}.ts`;
    Deno.writeTextFileSync(path, text(settings));
    await assertRejects(() => trainArguments(["--model", path]), UserError, message);
  }
  const path = `${folder.path}/jobs.ts`;
  Deno.writeTextFileSync(path, text("jobs: z.int().default(3), noise: z.int().default(0)"));
  const line = ["--model", path];
  assertEquals((await trainArguments(line)).own?.model.name, "mine");
  const modules = await modulesIn(line);
  assertThrows(
    () => moduleCommand(modules, line, { jobs: z.int() }),
    UserError,
    'a setting "jobs", which a study has',
  );
});

Deno.test("the help of a model shows its own settings and defaults, and no other model's", async () => {
  const { command } = await trainArguments(["--model", "wrn", "--help"]);
  const help = command.help(Infinity);
  assertStringIncludes(help, "wide-resnet: wide residual network");
  assertStringIncludes(help, "--weight-decay 0.0005");
  assertStringIncludes(help, "optimizer: sgd, adam");
  assertStringIncludes(
    help,
    "resnet, wide-resnet, mobilenet, convnet 0.9], rmsprop [0], muon [0.95]; here [0.9]",
  );
  assertEquals([help.includes("--widen N"), help.includes("--hidden N")], [true, false]);
  const all = (await trainArguments(["--help"])).command.help();
  assertEquals([all.includes("--widen N"), all.includes("--hidden N")], [true, true]);
});
