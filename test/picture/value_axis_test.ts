import { assert, assertEquals } from "@std/assert";
import { assert as check, integer, property, tuple } from "fast-check";
import { extent, shortNumber, valueAxis } from "../../src/picture/value_axis.ts";

const texts = (values: readonly number[], logarithmic = true) =>
  valueAxis(values, logarithmic).ticks.map(({ text }) => text);

Deno.test("an axis has numbers as people write them, whatever their size", () => {
  assertEquals(texts([0.21, 0.74]), ["0.2", "0.3", "0.4", "0.5", "0.6", "0.7"]);
  const thousands = ["0", "2,000", "4,000", "6,000", "8,000", "10,000", "12,000"];
  assertEquals(texts([623, 11_484]), thousands);
  assertEquals(texts([1.1e6, 9e6]), ["2e6", "4e6", "6e6", "8e6"]);
  assertEquals(texts([1.1e6, 1.6e6]), ["1.1e6", "1.2e6", "1.3e6", "1.4e6", "1.5e6", "1.6e6"]);
  assertEquals(texts([2.30261, 2.30266]), [1, 2, 3, 4, 5, 6].map((i) => `2.3026${i}`));
  assertEquals(texts([2e-7, 6e-7]), ["2e-7", "3e-7", "4e-7", "5e-7", "6e-7"]);
  assertEquals(texts([-3, 5]), ["-2", "0", "2", "4"]);
});

Deno.test("losses over more than 2.5 powers of ten have a logarithmic axis, and accuracies never", () => {
  assertEquals(valueAxis([1, 315], true).type, "linear");
  assertEquals(valueAxis([1, 317], true).type, "log");
  assertEquals(valueAxis([1, 317], false).type, "linear");
  assertEquals(texts([0.5, 40_000]), ["1", "10", "100", "1,000", "10,000"]);
  assertEquals(texts([0.5, 4e12]), ["1", "1,000", "1e6", "1e9", "1e12"]);
  assertEquals(texts([1e-6, 3]), ["1e-6", "1e-4", "0.01", "1"]);
});

Deno.test("zeros stand at the end of a logarithmic axis; negative values have a linear one", () => {
  const { type, domain, ticks } = valueAxis([0, 0.02, 900], true);
  assertEquals([type, domain], ["log", [1e-3, 900]]);
  assertEquals(ticks.map(({ text }) => text), ["0", "0.1", "1", "10", "100"]);
  assertEquals(ticks[0].value, 1e-3);
  assertEquals(valueAxis([-1, 0.02, 900], true).type, "linear");
  assertEquals(valueAxis([0, 0], true).type, "linear");
});

Deno.test("a single value stands in the middle under its own number", () => {
  for (const [value, text] of [[0.25, "0.25"], [0, "0"], [-4, "-4"], [3e9, "3e9"]] as const) {
    const { domain: [low, high], ticks } = valueAxis([value], true);
    assertEquals(ticks, [{ value, text }]);
    assert(low < value && value < high);
  }
});

Deno.test("every axis holds its values, and its ticks are few, different and true", () => {
  const size = tuple(integer({ min: 1, max: 9999 }), integer({ min: -150, max: 150 }))
    .map(([factor, exponent]) => factor * Number(`1e${exponent}`));
  const share = integer({ min: -10_000, max: 10_000 }).map((value) => value / 10_000);
  check(
    property(tuple(size, share, share, size), ([size, a, b, c]) => {
      for (
        const values of [[size * a, size * b], [size, c], [0, size, c], [size, size * (1 + a)]]
      ) {
        const { type, domain: [from, to], ticks } = valueAxis(values, true);
        const [low, high] = extent(values);
        const error = 1e-9 * (to - from);
        assert(from < to && to >= high - error, `${values}`);
        assert(type === "log" || from <= low + error, `${values}`);
        assert(ticks.length >= 1 && ticks.length <= 11, `${values}: ${ticks.length}`);
        assertEquals(new Set(ticks.map(({ text }) => text)).size, ticks.length, `${values}`);
        for (const { value, text } of ticks) {
          const read = Number(text.replaceAll(",", ""));
          const margin = 1e-6 * Math.abs(value) + (ticks.length === 1 ? 0.05 * Math.abs(value) : 0);
          const zero = type === "log" && text === "0" && value === from;
          assert(zero || Math.abs(read - value) <= Math.max(margin, 1e-9 * (to - from)), text);
          assert(
            value >= from - 1e-9 * (to - from) && value <= to + 1e-9 * (to - from),
            `${values}`,
          );
        }
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("shortNumber() writes any number in a few signs", () => {
  assertEquals([0, 0.25, 1234.5, 99_999, 123_456, 1.54e12, 0.00012, -5e7].map(shortNumber), [
    ...["0", "0.25", "1,235", "99,999", "1.2e5", "1.5e12", "1.2e-4", "-5e7"],
  ]);
});
