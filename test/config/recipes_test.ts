import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { recipesText } from "../../src/commands/recipes_command.ts";
import { sweepCommand } from "../../src/commands/sweep_command.ts";
import { trainArguments } from "../../src/commands/train_arguments.ts";
import { trainCommand } from "../../src/commands/train_command.ts";
import { completeConfig, configText, contradiction } from "../../src/config/mod.ts";
import { recipeConfig, recipeNames, withRecipe } from "../../src/config/mod.ts";
import { configSchema } from "../../src/config/config.ts";
import { UsageError, UserError } from "../../src/errors.ts";
import { runsIn } from "../../src/run/record.ts";
import { silentScreen } from "../../src/cli/mod.ts";
import { layerTable } from "../../src/nn/mod.ts";
import { modelOf } from "../../src/train/mod.ts";
import { temporaryFolder } from "../temporary_folder.ts";

/** The config of a run with these flags. */
function configOf(flags: Parameters<typeof withRecipe>[0]) {
  const { data, ...settings } = withRecipe(flags);
  const known = Object.entries(settings).filter(([key]) => key in configSchema.shape);
  const { model = "", ...others } = Object.fromEntries(known) as { model?: string };
  assertEquals(contradiction({ model, ...others }), undefined);
  return completeConfig({ model, ...others }, data ?? "fashion-mnist");
}

for (const name of recipeNames) {
  Deno.test(`the recipe ${name} is a complete config, written as config.json is`, () => {
    const path = new URL(`../../recipes/${name}.json`, import.meta.url);
    assertEquals(configText(recipeConfig(name)), Deno.readTextFileSync(path));
    assertEquals(configOf({ recipe: name }), recipeConfig(name));
    assertStringIncludes(recipesText(), `\n${name} `);
  });
}

Deno.test("every file of recipes/ can be named, and small-cnn has fewer than 100,000 weights", () => {
  const folder = new URL("../../recipes/", import.meta.url);
  const files = Array.from(Deno.readDirSync(folder), ({ name }) => name.replace(/\.json$/, ""));
  assertEquals(files.sort(), [...recipeNames].sort());
  const { parameters } = layerTable(modelOf(recipeConfig("small-cnn")), [1, 28, 28]).at(-1)!;
  assertEquals(parameters < 100_000, true, `${parameters}`);
});

Deno.test("flags override a recipe, and leave out what it has of another model or optimizer", () => {
  const best = recipeConfig("best");
  assertEquals(configOf({ recipe: "best", epochs: 3, seed: 7 }), { ...best, epochs: 3, seed: 7 });
  const cnn = configOf({ recipe: "best", model: "cnn" });
  assertEquals([cnn.model, cnn.hidden, cnn.epochs], ["cnn", 10, best.epochs]);
  assertEquals("layers" in cnn, false);
  const lion = configOf({ recipe: "nonlinear", opt: "lion" });
  assertEquals([lion.opt, lion.lr, lion.hidden], [
    "lion",
    0.0001,
    recipeConfig("nonlinear").hidden,
  ]);
  const all = configOf({ recipe: "linear", trainSize: 60000 });
  assertEquals([all.trainSize, all.lr], [60000, recipeConfig("linear").lr]);
  assertEquals(withRecipe({ recipe: "linear", data: "synthetic" }).trainSize, undefined);
  assertEquals(withRecipe({ model: "cnn" }), { model: "cnn" });
});

Deno.test("what is no recipe, or has no meaning with one, is one sentence", () => {
  const said = (recipe: string, resume?: string) =>
    assertThrows(() => withRecipe({ recipe, resume }), UserError).message;
  assertStringIncludes(said("bst"), "; did you mean best?");
  assertThrows(() => withRecipe({ recipe: "bst" }), UsageError);
  assertEquals(
    said("best", "runs/x"),
    "--recipe is for a new run, and --resume takes the config of its run",
  );
  using folder = temporaryFolder();
  const path = `${folder.path}/mine.json`;
  const record = JSON.parse(configText(recipeConfig("linear")));
  const written = (changed: object) => {
    Deno.writeTextFileSync(path, JSON.stringify({ ...record, ...changed }));
    return said(path);
  };
  assertEquals(written({ epochs: 0 }), `${path}: epochs must be at least 1, not 0`);
  assertEquals(written({ wide: 1 }), `${path}: "wide" is no setting`);
  assertEquals(
    written({ hidden: 3 }),
    `${path}: hidden is for model nonlinear, cnn or deep-mlp`,
  );
  const flips = { hflip: true, alternating_flip: true };
  assertEquals(
    written(flips),
    `${path}: alternating_flip flips by itself: leave out hflip, or turn it off with "hflip": false`,
  );
  assertEquals(withRecipe({ recipe: path, hflip: false }).alternatingFlip, true);
  assertEquals(
    written({ model_files: { "mine.ts": "1" } }),
    `${path}: model_files must have a SHA-256 for each file, not {"mine.ts":"1"}`,
  );
  const own = { model: "mine", model_files: { "mine.ts": "0".repeat(64) }, model_settings: {} };
  assertEquals(
    written(own),
    `${path} is of a model of its own: name its module, as in --model mine.ts`,
  );
});

Deno.test("a module that is not the one of the recipe is told", async () => {
  using folder = temporaryFolder();
  const [module, path] = [`${folder.path}/mine.ts`, `${folder.path}/mine.json`];
  Deno.writeTextFileSync(
    module,
    `import { flatten, linear, model, sequential } from "@wick/wick";
export default model({ name: "mine", title: "mine", settings: {},
  build: () => sequential(flatten, linear(784, 10)) });`,
  );
  const { own } = await trainArguments(["--model", module]);
  const said = async (digest?: string) => {
    const record = {
      ...JSON.parse(configText(recipeConfig("linear"))),
      ...{ model: "mine", model_files: { "mine.ts": digest }, model_settings: {} },
    };
    Deno.writeTextFileSync(path, JSON.stringify(record));
    const lines: string[] = [];
    const screen = { ...silentScreen, line: (text: string) => void lines.push(text) };
    const flags = { recipe: path, model: module, data: "synthetic", dryRun: true } as const;
    assertEquals(await trainCommand(flags, screen, undefined, own), 0);
    return lines.filter((line) => line.startsWith("warning"));
  };
  assertEquals(await said(own?.digests["mine.ts"]), []);
  assertEquals(
    await said("0".repeat(64)),
    [`warning: ${module} is not the model of ${path}: mine.ts differs`],
  );
});

Deno.test("a recipe from a file trains and sweeps to what its flags train to", async () => {
  using folder = temporaryFolder();
  const small = { data: "synthetic", trainSize: 200, epochs: 1 } as const;
  const path = `${folder.path}/mine.json`;
  const settings = { model: "linear", ema: 0.9, hflip: true, batchSize: 20, ...small } as const;
  const { data: _, ...stated } = settings;
  Deno.writeTextFileSync(path, configText(completeConfig(stated, "synthetic")));
  const outputDir = `${folder.path}/runs`;
  await trainCommand({ ...settings, outputDir }, silentScreen);
  await trainCommand({ recipe: path, outputDir }, silentScreen);
  const [flags, recipe] = runsIn(outputDir);
  assertEquals(recipe.configText, flags.configText);
  assertEquals(recipe.summary?.weights_sha256, flags.summary?.weights_sha256);
  const seeds = [42, 43].map((seed) => ({ flags: { recipe: path, seed, outputDir } }));
  assertEquals(await sweepCommand(seeds, silentScreen), 0);
  assertEquals(runsIn(outputDir).length, 3);
  await assertRejects(
    () => trainCommand({ recipe: path, alternatingFlip: true, outputDir }, silentScreen),
    UsageError,
    "leave out --hflip",
  );
});
