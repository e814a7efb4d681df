import { assertEquals } from "@std/assert";
import type { Loss } from "../../src/nn/mod.ts";
import { noGradients } from "../../src/tensor/mod.ts";
import { probe } from "../../src/train/probe.ts";
import { data, layer, recipe } from "./fixtures.ts";

Deno.test("a loss that depends on no weight is told before a run begins", () => {
  const probed = (loss: Loss) => probe(layer, { ...recipe(), loss }, data.train);
  const wrong =
    "its loss depends on no weight: make it of the outputs, without detach(), read() or " +
    "noGradients()";
  assertEquals(probed((outputs) => outputs.detach().sum()), wrong);
  assertEquals(probed((outputs) => noGradients(() => outputs.sum())), wrong);
  assertEquals(probed((outputs) => outputs.sum()), undefined);
});
