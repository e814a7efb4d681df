import { assertEquals, assertThrows } from "@std/assert";
import { spread } from "../../bench/spread.ts";

Deno.test("spread() takes the middle of an odd number and the mean of two middles", () => {
  assertEquals(spread([3, 1, 2]), { median: 2, low: 1, high: 3 });
  assertEquals(spread([4, 1, 3, 2]), { median: 2.5, low: 1, high: 4 });
});

Deno.test("spread() refuses to summarise nothing", () => {
  assertThrows(() => spread([]), RangeError, "no measurements");
});
