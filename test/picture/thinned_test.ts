import { assert, assertEquals } from "@std/assert";
import { thinned } from "../../src/picture/thinned.ts";

const curve = (length: number, value: (epoch: number) => number) =>
  Array.from({ length }, (_, i) => ({ epoch: i + 1, value: value(i + 1) }));

Deno.test("a curve of 2,000 points is drawn as it is", () => {
  const points = curve(2000, (epoch) => epoch % 7);
  assertEquals(thinned(points), points);
});

Deno.test("a long curve keeps its ends, its order and every extreme that can be seen", () => {
  const peaks = new Map([[1, 3], [4321, 9], [77_777, -9], [100_000, 2]]);
  const points = curve(100_000, (epoch) => peaks.get(epoch) ?? (epoch * 7919 % 1000) / 1000);
  const seen = thinned(points);
  assert(seen.length <= 2000, `${seen.length}`);
  for (const [epoch, value] of peaks) {
    assertEquals(seen.filter((point) => point.epoch === epoch), [{ epoch, value }]);
  }
  assertEquals([seen[0].epoch, seen[seen.length - 1].epoch], [1, 100_000]);
  assert(seen.every(({ epoch }, i) => i === 0 || epoch > seen[i - 1].epoch));
  for (let start = 0; start < points.length; start += 200) { // one of 500 pieces
    const [all, left] = [points, seen].map((of) =>
      of.filter(({ epoch }) => epoch > start && epoch <= start + 200).map(({ value }) => value)
    );
    assertEquals([Math.min(...left), Math.max(...left)], [Math.min(...all), Math.max(...all)]);
  }
});
