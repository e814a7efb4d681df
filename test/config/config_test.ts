import { assertEquals, assertThrows } from "@std/assert";
import { UserError } from "../../src/errors.ts";
import { completeConfig, laterKeys } from "../../src/config/config.ts";
import { contradiction } from "../../src/config/contradiction.ts";
import {
  configRecord,
  configText,
  parseConfig,
  shownConfig,
} from "../../src/config/config_file.ts";

Deno.test("the defaults are those of the conventions", () => {
  const cnn = completeConfig({ model: "cnn" }, "fashion-mnist");
  assertEquals([cnn.lr, cnn.momentum, cnn.hidden, cnn.opt], [0.02, 0.9, 10, "sgd"]);
  assertEquals([cnn.epochs, cnn.batchSize, cnn.seed, cnn.lrScheduler], [10, 32, 42, "cosine"]);
  const nonlinear = completeConfig({ model: "nonlinear" }, "fashion-mnist");
  assertEquals([nonlinear.lr, nonlinear.momentum, nonlinear.hidden], [0.1, 0, 128]);
  const linear = completeConfig({ model: "linear" }, "synthetic");
  assertEquals([linear.lr, linear.hidden, linear.data], [0.1, undefined, "synthetic"]);
});

Deno.test("a setting without a meaning for the run is absent from its config", () => {
  const adam = completeConfig({ model: "linear", opt: "adam" }, "synthetic");
  assertEquals("momentum" in adam || "nesterov" in adam || "lrStepSize" in adam, false);
  const step = completeConfig({ model: "linear", lrScheduler: "step" }, "synthetic");
  assertEquals([step.lrStepSize, step.lrGamma], [3, 0.1]);
});

Deno.test("settings that contradict each other are named", () => {
  assertEquals(
    contradiction({ model: "linear", hidden: 3 }),
    "--hidden is for --model nonlinear, cnn or deep-mlp",
  );
  assertEquals(
    contradiction({ model: "cnn", opt: "adam", momentum: 0.9 }),
    "--momentum is for --opt sgd, rmsprop or muon",
  );
  assertEquals(
    contradiction({ model: "linear", nesterov: true }),
    "--nesterov needs --momentum above 0",
  );
  assertEquals(contradiction({ model: "cnn", nesterov: true }), undefined);
  assertEquals(
    contradiction({ model: "cnn", epochs: 2, lrWarmupEpochs: 2 }),
    "--lr-warmup-epochs 2 must be below --epochs 2",
  );
  assertEquals(
    contradiction({ model: "cnn", lr: 0.1, lrMinimum: 1 }),
    "--lr-minimum 1 is above --lr 0.1",
  );
  assertEquals(contradiction({ model: "cnn", lr: 0.1, lrMinimum: 0.1 }), undefined);
  assertEquals(
    contradiction({ model: "cnn", lookaheadShare: 0.8 }),
    "--lookahead-share needs --lookahead-steps above 0",
  );
  assertEquals(
    contradiction({ model: "cnn", trainSize: 60000, lrScheduler: "plateau" }),
    "--lr-scheduler plateau needs validation images, which --train-size 60000 leaves none of",
  );
  assertEquals(contradiction({ model: "cnn" }), undefined);
});

Deno.test("config.json is complete and gives back the same config", () => {
  for (const model of ["linear", "nonlinear", "cnn"] as const) {
    const config = completeConfig({ model, opt: "adamw", hflip: true }, "synthetic");
    assertEquals(parseConfig(configText(config), "config.json"), config);
  }
});

Deno.test("a config.json states a setting that came later only where it differs", () => {
  const plain = completeConfig({ model: "linear" }, "synthetic");
  const keys = "model data train_size epochs batch_size opt lr momentum nesterov weight_decay " +
    "lr_scheduler lr_warmup_epochs label_smoothing clip_grad_norm hflip crop_padding random_erase " +
    "early_stopping best_by seed device";
  assertEquals(Object.keys(configRecord(plain)), keys.split(" "));
  for (const key of laterKeys) {
    assertEquals(key in plain, true, key);
    const other = { ...plain, [key]: different(plain[key]) };
    assertEquals(Object.keys(configRecord(other)).length, keys.split(" ").length + 1, key);
  }
});

/** Another value of the same kind. */
const different = (value: unknown) =>
  typeof value === "boolean" ? !value : typeof value === "number" ? value + 1 : `${value} `;

const text = configText(completeConfig({ model: "cnn" }, "synthetic"));
const refused: [what: string, text: string, message: string][] = [
  ["no JSON", "{", "not valid JSON"],
  ["a list", "[]", "expected a JSON object"],
  ["an unknown setting", text.replace('"seed"', '"sead"'), '"sead" is no setting'],
  ["a missing setting", text.replace(/"seed": 42,/, ""), "seed is missing"],
  ["a wrong type", text.replace('"epochs": 10', '"epochs": "10"'), "epochs must be a number"],
  [
    "a value out of range",
    text.replace('"epochs": 10', '"epochs": 0'),
    "epochs must be at least 1",
  ],
  ["an unknown model", text.replace('"cnn"', '"alexnet"'), 'Unknown model "alexnet"'],
  ["a huge file", " ".repeat(2 ** 20 + 1), "too long"],
  ["a word of JavaScript", '{"__proto__":1}', '"__proto__" is no setting'],
];
for (const [what, content, message] of refused) {
  Deno.test(`a config.json with ${what} is refused`, () => {
    assertThrows(() => parseConfig(content, "config.json"), UserError, message);
  });
}

Deno.test("a model's own settings are shown beside the others, and its files by their digests", () => {
  const record = {
    model: "mine",
    model_files: { "mine.ts": "0123456789abcdef".repeat(4) },
    model_settings: { width: 8 },
    lr: 0.1,
  };
  assertEquals(Object.entries(shownConfig(record)), [
    ["model", "mine"],
    ["width", 8],
    ["lr", 0.1],
    ["mine.ts", "0123456789ab"],
  ]);
  assertEquals(shownConfig({ lr: 0.1 }), { lr: 0.1 });
});
