import { assertEquals, assertStringIncludes } from "@std/assert";
import { convergencePicture, curvesPicture } from "../../src/picture/curves.ts";
import { metrics } from "../../src/statistics/metrics.ts";
import { count, parsed, texts } from "./svg.ts";

const loss = metrics.filter(({ name }) => name === "loss");
const historyOf = (losses: readonly number[]) =>
  losses.map((val_loss, i) => ({ epoch: i + 1, train_loss: val_loss, train_acc: 0.5, val_loss }));

/** The losses of some runs over each other. */
const compared = (...runs: readonly number[][]) =>
  convergencePicture(
    "Title",
    "Subtitle",
    runs.map((losses, i) => ({ name: `run ${i}`, history: historyOf(losses) })),
    loss,
  );

/** The numbers of a picture's value axis. */
const numbers = (svg: string) =>
  [...parsed(svg).querySelectorAll('[data-mark="y-axis tick label"] text')]
    .map(({ textContent }) => textContent);

const triangles = (svg: string) =>
  [...parsed(svg).querySelectorAll('[data-mark="dot"] path')].length;

Deno.test("a run that diverged does not stretch the axis: it is drawn at its edge, and said to be", () => {
  const [good, fair] = [[0.9, 0.5, 0.4], [1.5, 1.2, 0.9]];
  const without = compared(good, fair);
  const svg = compared(good, fair, [3000, 80, 4e6]);
  assertEquals(numbers(svg), numbers(without));
  assertEquals([triangles(without), triangles(svg)], [0, 3]);
  assertEquals(count(svg, "circle"), 6);
  assertEquals(
    texts(svg).filter((text) => text.includes("lowest")),
    ["loss up to 4e6, never below 10 × the lowest"],
  );
  assertEquals(texts(without).filter((text) => text.includes("lowest")), []);
});

Deno.test("what a run far from the best has inside the axis is drawn where it is", () => {
  const svg = compared([9, 0.1], [8, 3, 50]);
  assertEquals([triangles(svg), count(svg, "circle")], [1, 4]);
});

Deno.test("many epochs beyond the axis have one mark for each stretch of them", () => {
  const far = Array.from({ length: 40 }, (_, i) => i === 20 ? 2 : 500);
  assertEquals(triangles(compared([3, 0.1], far)), 2);
});

Deno.test("losses of which some are zero or negative are all drawn", () => {
  for (const runs of [[[1, 0], [500, 400]], [[0, 0], [0]], [[-1, -2], [5000, 1]]]) {
    const svg = compared(...runs);
    assertEquals(triangles(svg) + count(svg, "circle"), runs.flat().length, `${runs}`);
    assertEquals(/NaN|Infinity/.test(svg), false, `${runs}`);
  }
});

Deno.test("a single run's axis has all of its losses, in powers of ten where they span many", () => {
  const history = historyOf([2e6, 900, 0.02]);
  const svg = curvesPicture({ title: "A", subtitle: "B", history, epochs: 3 }, loss);
  assertEquals([triangles(svg), count(svg, "circle")], [0, 6]);
  assertEquals(numbers(svg), ["0.01", "1", "100", "10,000", "1e6"].slice(1));
  assertStringIncludes(texts(svg).join(), "loss (log scale)");
});

Deno.test("no number of an axis begins outside of the picture", () => {
  const ranges = [[1e6, 9e6], [2.302585093, 2.302585094], [-3e11, 4], [1e-9, 2e-9], [0, 1e12], [5]];
  for (const losses of ranges) {
    const svg = curvesPicture(
      { title: "A", subtitle: "B", history: historyOf(losses), epochs: losses.length },
      loss,
    );
    const [left] = [...svg.matchAll(/aria-hidden[^>]*>|data-mark="y-axis tick label"[^>]*>/g)]
      .flatMap(([tag]) => /translate\(([-\d.]+),/.exec(tag)?.[1] ?? []).map(Number);
    const [place] = [...parsed(svg).querySelectorAll('[data-mark="y-axis tick label"] text')]
      .map((text) =>
        Number(/translate\(([-\d.]+),/.exec(text.getAttribute("transform") ?? "")?.[1])
      );
    const longest = Math.max(...numbers(svg).map((text) => text.length));
    const end = (left ?? 0) + place;
    assertEquals(end - longest * 13 * 0.64 >= 0, true, `${numbers(svg)} end at ${end}`);
  }
});

Deno.test("charts above each other have their epochs in line", () => {
  const history = historyOf([5e8, 2e8]);
  const svg = curvesPicture({ title: "A", subtitle: "B", history, epochs: 2 });
  const places = [...parsed(svg).querySelectorAll("circle")].map((dot) => dot.getAttribute("cx"));
  assertEquals(new Set(places).size, 2);
});
