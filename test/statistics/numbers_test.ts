import { assertEquals } from "@std/assert";
import { duration, grouped, percent, percentage, shortPercent } from "../../src/statistics/mod.ts";

Deno.test("percent() has two decimals, or as many as are asked for", () => {
  assertEquals([percent(0.81154), percent(1, 0), percentage(0.5, 1)], ["81.15 %", "100 %", "50.0"]);
});

Deno.test("shortPercent() is 100 only where all is right", () => {
  assertEquals([0, 0.0621, 0.9996, 1].map(shortPercent), ["0.0 %", "6.2 %", "99.9 %", "100 %"]);
});

Deno.test("grouped() sets thousands apart", () => {
  assertEquals([999, 50_000, 1_234_567.4].map(grouped), ["999", "50,000", "1,234,567"]);
});

Deno.test("duration() carries what it rounds into the next unit", () => {
  const texts = [3.14, 59.96, 245, 3599.6, 7500].map(duration);
  assertEquals(texts, ["3.1 s", "1 min 00 s", "4 min 05 s", "1 h 00 min", "2 h 05 min"]);
});
