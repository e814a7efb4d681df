import { assertEquals } from "@std/assert";
import {
  duration,
  fixed,
  grouped,
  percent,
  percentage,
  shortPercent,
} from "../../src/statistics/mod.ts";

Deno.test("percent() has two decimals, or as many as are asked for", () => {
  assertEquals([percent(0.81154), percent(1, 0), percentage(0.5, 1)], ["81.15 %", "100 %", "50.0"]);
});

Deno.test("shortPercent() is 100 only where all is right", () => {
  assertEquals([0, 0.0621, 0.9996, 1].map(shortPercent), ["0.0 %", "6.2 %", "99.9 %", "100 %"]);
});

Deno.test("grouped() sets thousands apart", () => {
  assertEquals([999, 50_000, 1_234_567.4].map(grouped), ["999", "50,000", "1,234,567"]);
});

Deno.test("fixed() has its digits, and powers of ten where a loss has exploded", () => {
  assertEquals([0.27234, 999_999.5, -1e6, 1.53841e30].map((value) => fixed(value, 4)), [
    ...["0.2723", "999999.5000", "-1.0000e6", "1.5384e30"],
  ]);
  assertEquals([NaN, -Infinity].map((value) => fixed(value, 2)), ["NaN", "-Infinity"]);
});

Deno.test("duration() carries what it rounds into the next unit", () => {
  const texts = [3.14, 59.96, 245, 3599.6, 7500].map(duration);
  assertEquals(texts, ["3.1 s", "1 min 00 s", "4 min 05 s", "1 h 00 min", "2 h 05 min"]);
});
