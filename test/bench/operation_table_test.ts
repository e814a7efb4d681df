import { assertEquals, assertStringIncludes } from "@std/assert";
import { layerOf, operations } from "../../bench/operation_list.ts";
import { operationTable } from "../../bench/operation_table.ts";
import type { Measured } from "../../bench/report.ts";
import { layerTable } from "../../src/nn/mod.ts";

const cell = (
  run: "forward" | "gradients",
  peer: string,
  model: string,
  median: number,
): Measured => ({
  run,
  peer,
  model,
  batch: 64,
  threads: 1,
  imagesPerSecond: { median, low: median, high: median },
});

Deno.test("operationTable() says how many times as fast wick is, and which operations are slower than the best peer", () => {
  const text = operationTable([
    cell("forward", "wick", "gelu", 2000),
    cell("forward", "PyTorch", "gelu", 1000),
    cell("forward", "PyTorch, channels-last", "gelu", 4000),
    cell("gradients", "wick", "gelu", 1000),
    cell("gradients", "PyTorch", "gelu", 500),
  ], 64);
  assertStringIncludes(text, "| gelu | 500 | 1000 (2x) | 250 (0.5x) | 1000 | 2000 (2x) | - |");
  assertStringIncludes(text, "forward: median 0.5x, slower than the best peer: gelu (0.5x).");
  assertStringIncludes(text, "with gradients: median 2x, slower than the best peer: no operation.");
});

Deno.test("wick has every operation that the bench lists, and each takes its input", () => {
  for (const [name, { layer, input }] of Object.entries(operations)) {
    if (layer[0] === "crossEntropy") continue; // it has the batch's labels
    assertEquals(layerTable(layerOf(layer), input).length > 0, true, name);
  }
});
