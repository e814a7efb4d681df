import { assertEquals } from "@std/assert";
import { distinctNames } from "../../src/run/distinct_names.ts";

Deno.test("configs are called by their model, and by what differs where several share it", () => {
  const [linear, cnn] = [{ model: "linear", lr: 0.1, seed: 1 }, { model: "cnn", lr: 0.1, seed: 1 }];
  assertEquals(distinctNames([linear, cnn]), ["linear", "cnn"]);
  assertEquals(distinctNames([linear, { ...linear, lr: 10 }, cnn]), [
    "linear lr=0.1",
    "linear lr=10",
    "cnn",
  ]);
  // A setting that came later is stated only where it is not its default.
  assertEquals(distinctNames([linear, { ...linear, hflip: true }]), [
    "linear",
    "linear hflip=true",
  ]);
  assertEquals(distinctNames([linear, linear]), ["linear", "linear"]);
  assertEquals(distinctNames([]), []);
});
