import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../src/errors.ts";
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

const run = (lr: number, seed: number, test_acc: number) => ({
  config: { model: "linear", lr, seed },
  test_acc,
  best: { val_acc: test_acc + 0.01 },
});

Deno.test("the table of a sweep has a row for each config, with mean and deviation over seeds", () => {
  assertEquals(
    sweepTable([run(0.1, 1, 0.84), run(0.1, 2, 0.82), run(0.5, 1, 0.8)]),
    [
      " lr  seeds     val_acc %    test_acc %  lowest",
      "0.1      2  84.00 ± 1.41  83.00 ± 1.41   82.00",
      "0.5      1         81.00         80.00   80.00",
    ].join("\n"),
  );
});
