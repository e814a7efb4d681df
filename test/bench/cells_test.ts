import { assertEquals } from "@std/assert";
import { cells, operations } from "../../bench/cells.ts";

Deno.test("operations() counts a layer's multiply-adds twice, and three times in training", () => {
  assertEquals(operations("infer", "linear"), 2 * 7840);
  assertEquals(operations("train", "linear"), 2 * 2 * 7840);
  assertEquals(operations("train", "nonlinear"), 2 * (2 * 784 * 128 + 3 * 1280));
});

Deno.test("operations() gives the cnn the 400 GFLOP an epoch that its layers add up to", () => {
  assertEquals(operations("train", "cnn"), 2 * (3 * 1_133_860 - 70_560));
});

Deno.test("cells() makes a cell of each combination, and one of a single image", () => {
  const chosen = cells({
    runs: ["train", "infer"],
    models: ["linear", "cnn"],
    batches: [32, 256],
    threads: [1],
  });
  assertEquals(chosen.filter(({ run }) => run === "train").length, 4);
  assertEquals(chosen.filter(({ run }) => run === "infer").map(({ batch }) => batch), [1, 1]);
});
