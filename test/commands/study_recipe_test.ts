import { assertEquals, assertThrows } from "@std/assert";
import { askedFor } from "../../src/commands/study_command.ts";
import { configurer } from "../../src/commands/study_configs.ts";
import { recipeConfig } from "../../src/config/mod.ts";
import { UsageError } from "../../src/errors.ts";
import { data } from "../train/fixtures.ts";

const given = [{ key: "lr", value: [0.1, 0.01], place: "--lr 0.1,0.01" }];
const modules = new Map();

Deno.test("a study takes what it does not vary from a recipe, its model too", async () => {
  const flags = { recipe: "nonlinear", epochs: 3, data: "synthetic" };
  const { spec, settings, options } = askedFor({ request: { models: [], given }, flags, modules });
  assertEquals(spec.space.models, ["nonlinear"]);
  const configure = configurer(settings, modules, data, options);
  const config = await configure({ model: "nonlinear", values: { lr: 0.01 } }, 7);
  const { trainSize: _, data: __, ...recipe } = recipeConfig("nonlinear");
  const { trainSize: ___, data: ____, ...rest } = config;
  assertEquals(rest, { ...recipe, epochs: 3, lr: 0.01, seed: 7 });
});

Deno.test("another model than a recipe's has the recipe's settings that are not of its model", async () => {
  const models = ["linear", "nonlinear"].map((name) => ({ name, given: [], place: name }));
  const flags = { recipe: "nonlinear", data: "synthetic" };
  const { spec, settings, options } = askedFor({ request: { models, given }, flags, modules });
  assertEquals(spec.space.models, ["linear", "nonlinear"]);
  const configure = configurer(settings, modules, data, options);
  const config = await configure({ model: "linear", values: { lr: 0.01 } }, 7);
  const { model, hidden, epochs } = config as typeof config & { hidden?: number };
  assertEquals([model, hidden, epochs], ["linear", undefined, recipeConfig("nonlinear").epochs]);
});

Deno.test("what is for one run is not for a study", () => {
  const flags = { resume: "runs/x" };
  assertThrows(
    () => askedFor({ request: { models: [], given }, flags, modules }),
    UsageError,
    "--resume is not for a study",
  );
});
