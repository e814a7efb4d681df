import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../src/errors.ts";
import { completeConfig, type TrainSettings } from "../../src/config/config.ts";
import type { EpochMetrics } from "../../src/train/metrics.ts";
import { expand } from "../../src/experiment/sweep.ts";
import { sweepTable } from "../../src/experiment/sweep_table.ts";

Deno.test("a sweep has a command line for each combination of values", () => {
  assertEquals(expand(["--model", "cnn", "--lr", "0.1,0.01", "--seed=1..2"]), [
    ["--model", "cnn", "--lr", "0.1", "--seed=1"],
    ["--model", "cnn", "--lr", "0.1", "--seed=2"],
    ["--model", "cnn", "--lr", "0.01", "--seed=1"],
    ["--model", "cnn", "--lr", "0.01", "--seed=2"],
  ]);
});

Deno.test("a sweep knows other spellings of flags, and leaves paths and switches alone", () => {
  assertEquals(
    expand(["-b", "32,64", "--hflip", "--data-dir", "a,b", "--threads", "2"], { b: "batch-size" }),
    [
      ["-b", "32", "--hflip", "--data-dir", "a,b", "--threads", "2"],
      ["-b", "64", "--hflip", "--data-dir", "a,b", "--threads", "2"],
    ],
  );
});

Deno.test("a sweep that counts downwards or has too many runs is refused", () => {
  assertThrows(() => expand(["--seed", "3..1"]), UsageError, "--seed 3..1 must count upwards");
  assertThrows(() => expand(["--seed", "1..200", "--epochs", "1..200"]), UsageError, "at most");
});

const run = (settings: Partial<TrainSettings>, test_acc: number) => ({
  config: completeConfig({ model: "linear", ...settings }, "synthetic"),
  test_acc,
  best: { val_acc: test_acc + 0.01 } as EpochMetrics,
});

Deno.test("the table of a sweep has a row for each config, with mean and deviation over seeds", () => {
  assertEquals(
    sweepTable([
      run({ lr: 0.1, seed: 1 }, 0.84),
      run({ lr: 0.1, seed: 2 }, 0.82),
      run({ lr: 0.5, seed: 1 }, 0.8),
    ]),
    [
      " lr  seeds     val_acc %    test_acc %  lowest",
      "0.1      2  84.00 ± 1.41  83.00 ± 1.41   82.00",
      "0.5      1         81.00         80.00   80.00",
    ].join("\n"),
  );
});

Deno.test("the table of a sweep shows which runs failed, and says why", () => {
  const { config } = run({ lr: 0.5, seed: 1 }, 0);
  const { config: other } = run({ lr: 9, seed: 1 }, 0);
  assertEquals(
    sweepTable([
      { config, failure: "It is NaN" },
      run({ lr: 0.5, seed: 2 }, 0.8),
      { config: other, failure: "It is infinite" },
    ]),
    [
      " lr  seeds  failed  val_acc %  test_acc %  lowest",
      "0.5      1       1      81.00       80.00   80.00",
      "  9      0       1          -           -       -",
      "",
      "failed: lr=0.5 seed=1: It is NaN",
      "failed: lr=9 seed=1: It is infinite",
    ].join("\n"),
  );
});

/** The first line of a sweep's table. */
const head = (...settings: Partial<TrainSettings>[]) =>
  sweepTable(settings.map((each) => run(each, 0.8))).split("\n")[0].split(/ +seeds/)[0];

Deno.test("a sweep's rows are not named by settings that follow from others", () => {
  assertEquals(head({ opt: "sgd" }, { opt: "adam" }, { opt: "rmsprop" }), "    opt");
  assertEquals(head({ model: "linear" }, { model: "cnn" }), " model");
  assertEquals(head({ lrScheduler: "cosine" }, { lrScheduler: "step" }), "lr_scheduler");
  // Where one of them was chosen, all of them are shown.
  assertEquals(head({ opt: "sgd" }, { opt: "adam", lr: 0.01 }), " opt    lr");
  assertEquals(head({ opt: "sgd", momentum: 0.9 }, { opt: "adam" }), " opt  momentum");
  assertEquals(head({ lr: 0.1 }, { lr: 0.2 }), " lr");
  assertEquals(head({ model: "cnn" }, { model: "cnn", opt: "adam" }), " opt");
});
