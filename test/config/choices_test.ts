import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { UserError } from "../../src/errors.ts";
import { choices, keysOf } from "../../src/config/choices.ts";
import { completeConfig, configSchema } from "../../src/config/config.ts";
import { configText, parseConfig } from "../../src/config/config_file.ts";
import { contradiction } from "../../src/config/contradiction.ts";
import { recipeOf } from "../../src/train/recipe.ts";

Deno.test("a setting that came later is in config.json only where it differs from its default", () => {
  const adam = { model: "linear", opt: "adam" };
  const plain = configText(completeConfig(adam, "synthetic"));
  assertEquals(plain.includes("beta1") || plain.includes("eps"), false);
  const said = { ...adam, beta1: 0.9, beta2: 0.999, eps: 1e-8 };
  assertEquals(configText(completeConfig(said, "synthetic")), plain);
  const other = completeConfig({ ...adam, beta1: 0.8 }, "synthetic");
  assertStringIncludes(configText(other), '"weight_decay": 0,\n  "beta1": 0.8,\n');
  assertEquals(parseConfig(configText(other), "config.json"), other);
});

Deno.test("the settings of optimizers and schedules reach them", () => {
  const sgd = { model: "linear", opt: "sgd", momentum: 0.9, dampening: 0.5, nesterov: true };
  assertThrows(
    () => recipeOf(completeConfig(sgd, "synthetic")),
    RangeError,
    "sgd: nesterov needs dampening 0",
  );
  assertEquals(contradiction(sgd), "--nesterov needs --dampening 0");
  const cosine = { model: "linear", lrMinimum: 0.05, lrWarmupEpochs: 1 };
  const { schedule, optimizer } = recipeOf(completeConfig(cosine, "synthetic"));
  const run = { stepsPerEpoch: 10, totalSteps: 100 };
  [[0, 0.001], [10, 0.1], [100, 0.05]].forEach(([step, rate]) =>
    assertAlmostEquals(schedule.rate(optimizer.lr, step, run), rate, 1e-12)
  );
});

Deno.test("a contradiction says for what a setting is", () => {
  const wrong: [object, string][] = [
    [{ nesterov: true, opt: "rmsprop" }, "--nesterov is for --opt sgd"],
    [{ beta1: 0.8 }, "--beta1 is for --opt adam, adamw or lion"],
    [{ eps: 0.1 }, "--eps is for --opt adam, adamw or rmsprop"],
    [{ lrGamma: 0.5 }, "--lr-gamma is for --lr-scheduler step or plateau"],
    [
      { lrScheduler: "one-cycle", lrWarmupEpochs: 1 },
      "--lr-warmup-epochs is not for one-cycle, which has a rise of its own",
    ],
    [
      { trainSize: 60_000, bestBy: "loss" },
      "--best-by needs validation images, which --train-size 60000 leaves none of",
    ],
    [
      { trainSize: 60_000, bestBy: "loss", earlyStopping: 3 },
      "--early-stopping needs validation images, which --train-size 60000 leaves none of",
    ],
  ];
  for (const [settings, message] of wrong) {
    assertEquals(contradiction({ model: "linear", ...settings }), message);
  }
});

Deno.test("config.json without a setting of the run's model or optimizer is refused", () => {
  const text = configText(completeConfig({ model: "cnn" }, "synthetic"));
  for (const name of ["hidden", "momentum", "weight_decay", "lr"]) {
    const without = text.replace(new RegExp(`\n  "${name}": .*`), "");
    assert(without !== text);
    assertThrows(() => parseConfig(without, "it"), UserError, `it: ${name} is missing`);
  }
});

Deno.test("a model's own defaults hold for the optimizer they were found with", () => {
  const of = (opt: string) => completeConfig({ model: "cnn", opt }, "synthetic");
  assertEquals([of("sgd").lr, of("sgd").momentum], [0.02, 0.9]);
  assertEquals([of("rmsprop").lr, of("rmsprop").momentum], [0.001, 0]);
});

Deno.test("--help says of a setting for what it is and what its default is there", () => {
  const text = (key: keyof typeof configSchema.shape) => configSchema.shape[key].description;
  assertEquals(
    text("lr"),
    "learning rate: sgd [0.1; cnn 0.02; lenet5, vgg 0.05], adam, adamw, rmsprop [0.001], lion [0.0001], muon [0.02]",
  );
  assertEquals(
    text("hidden"),
    "hidden features: nonlinear [128], deep-mlp [512]; hidden channels: cnn [10]",
  );
});

Deno.test("no two choices share a key, and of specs with other ranges each has its own checked", () => {
  const keys = Object.values(choices).flatMap((choice) => keysOf(choice));
  const own = Object.keys(configSchema.shape).filter((key) => !keys.includes(key));
  assertEquals(new Set([...keys, ...own]).size, Object.keys(configSchema.shape).length);
  assertEquals(new Set(keys).size, keys.length);
  assertEquals(completeConfig({ model: "resnet", depth: 14 }, "synthetic").depth, 14);
  const depth = "--depth must be 6 n + 2: 8, 14, 20, not 16";
  assertEquals(contradiction({ model: "resnet", depth: 16 }), depth);
  assertEquals(contradiction({ model: "wide-resnet", depth: 16 }), undefined);
  const text = configText(completeConfig({ model: "resnet", depth: 14 }, "synthetic"));
  assertThrows(
    () => parseConfig(text.replace('"depth": 14', '"depth": 16'), "config.json"),
    UserError,
    "config.json: depth must be 6 n + 2",
  );
});
