import { assertEquals } from "@std/assert";
import { completeConfig, type TrainSettings } from "../../src/config/config.ts";
import { distinctNames } from "../../src/run/distinct_names.ts";

/** The names of runs with these settings. */
const names = (...settings: TrainSettings[]) =>
  distinctNames(settings.map((each) => completeConfig(each, "synthetic")));

Deno.test("configs are called by their model, and by what differs where several share it", () => {
  const linear = { model: "linear" };
  assertEquals(names(linear, { model: "cnn" }), ["linear", "cnn"]);
  assertEquals(names(linear, { ...linear, lr: 10, seed: 7 }, { model: "cnn" }), [
    "linear lr=0.1 seed=42",
    "linear lr=10 seed=7",
    "cnn",
  ]);
  // A setting that came later is stated only where it is not its default.
  const adam = { ...linear, opt: "adam" };
  assertEquals(names(adam, { ...adam, beta1: 0.5 }), ["linear", "linear beta1=0.5"]);
  assertEquals(names(linear, linear), ["linear", "linear"]);
  assertEquals(names(), []);
});

Deno.test("configs are not called by settings that follow from another one", () => {
  const linear = { model: "linear" };
  assertEquals(names(linear, { ...linear, opt: "adam" }), ["linear opt=sgd", "linear opt=adam"]);
  const cosine = { ...linear, lrMinimum: 0.01 };
  assertEquals(names(cosine, { ...linear, lrScheduler: "step" }), [
    "linear lr_scheduler=cosine lr_minimum=0.01",
    "linear lr_scheduler=step",
  ]);
});

Deno.test("configs of a model of one's own are called by its settings, and by its changed files", () => {
  const own = { model: "mine", modelFiles: { "mine.ts": "0".repeat(64) } };
  const wide = { ...own, modelSettings: { width: 32 } };
  assertEquals(names({ ...own, modelSettings: { width: 16 } }, wide), [
    "mine width=16",
    "mine width=32",
  ]);
  const changed = { ...wide, modelFiles: { "mine.ts": "1".repeat(64) } };
  assertEquals(names(wide, changed), ["mine mine.ts=000000000000", "mine mine.ts=111111111111"]);
});
