import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Measured, Report } from "../../bench/report.ts";
import { tables } from "../../bench/table.ts";

const cell = (peer: string, threads: number, median: number): Measured => ({
  peer,
  run: "train",
  model: "cnn",
  batch: 32,
  threads,
  imagesPerSecond: { median, low: median, high: median },
  peakShare: peer === "wick" ? 0.5 : undefined,
});

const report: Report = {
  when: "2026-01-02T03:04:05.000Z",
  commit: "abc1234",
  command: "deno task bench",
  machine: { processor: "A processor", cores: 2, system: "linux" },
  data: "synthetic",
  seconds: 2,
  rounds: 5,
  versions: { wick: "0.1.0", PyTorch: "2.15.0", candle: "0.11.1" },
  peak: { avx2: [100, 200] },
  cells: [
    cell("wick", 1, 10_000),
    cell("wick", 2, 20_000),
    cell("PyTorch", 1, 2000),
    cell("PyTorch", 2, 1000),
    { ...cell("candle", 1, 0), imagesPerSecond: undefined, error: "no answer within 60 s" },
  ],
  processes: [{ peer: "wick", firstStep: 0.25, peakMemory: 120 }],
  memory: [{ peer: "wick", model: "lenet5", batch: 64, atStart: 70, peak: 90 }],
  skipped: [{ peer: "tinygrad", reason: "clang is not on PATH" }],
};

Deno.test("tables() takes each peer's better number of threads and says how many times as fast wick is", () => {
  const text = tables(report);
  assertStringIncludes(text, "| wick 0.1.0 | 3 |");
  assertStringIncludes(text, "| PyTorch 2.15.0 | 30 (10x) |");
});

Deno.test("tables() shows a peer without a figure as such, and names what was left out", () => {
  const text = tables(report);
  assertStringIncludes(text, "| candle 0.11.1 | - |");
  assertStringIncludes(text, "Left out: tinygrad (clang is not on PATH).");
});

Deno.test("tables() says what share of the processor's peak wick reaches", () => {
  assertStringIncludes(
    tables(report),
    "that wick reaches, by number of threads: cnn 50 % with 1, ",
  );
});

Deno.test("tables() leaves out the sections that nothing was measured for", () => {
  assertEquals(tables(report).includes("One image"), false);
});

Deno.test("tables() has a row for each network of the zoo: images a second, and memory", () => {
  const zoo = (peer: string, median: number) => ({ ...cell(peer, 1, median), model: "lenet5" });
  const text = tables({ ...report, cells: [zoo("wick", 20_000), zoo("PyTorch", 4000)] });
  assertStringIncludes(text, "| lenet5 | 20000 | 4000 (5x) |");
  assertStringIncludes(text, "| lenet5 | 90 (70) |");
  assertEquals(text.includes("seconds an epoch"), false);
});
