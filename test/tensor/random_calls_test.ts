import { assertEquals } from "@std/assert";
import { liveTensors } from "../../src/tensor/mod.ts";
import { callAtRandom } from "./random_calls.ts";

Deno.test("8,000 random calls on tensors that share memory give what plain arrays give", () => {
  const before = liveTensors();
  assertEquals(callAtRandom(1, 8000), { calls: 8000 });
  assertEquals(liveTensors(), before);
});
