import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { calibration } from "../../src/statistics/calibration.ts";

Deno.test("calibration() counts a confidence in the bin whose upper bound it does not exceed", () => {
  const { bins, count } = calibration([0, 0.5, 0.5001, 1], [false, true, true, true], 2);
  assertEquals(bins.map((bin) => [bin.from, bin.to, bin.count]), [[0, 0.5, 2], [0.5, 1, 2]]);
  assertEquals(count, 4);
});

Deno.test("calibration() is the mean gap between confidence and accuracy, by counts", () => {
  const { error, bins } = calibration([0.2, 0.4, 0.9, 0.9], [false, true, true, false], 2);
  assertEquals(bins.map(({ accuracy }) => accuracy), [0.5, 0.5]);
  assertAlmostEquals(error, (2 * 0.2 + 2 * 0.4) / 4, 1e-12);
  assertEquals(calibration([1, 1], [true, true]).error, 0);
});

Deno.test("calibration() refuses what is no confidence, no pair and no bin", () => {
  assertThrows(() => calibration([], []), RangeError, "0 confidences and 0 outcomes");
  assertThrows(() => calibration([0.5], [true, false]), RangeError, "1 confidences and 2 outcomes");
  assertThrows(() => calibration([1.5], [true]), RangeError, "confidence 0 is 1.5");
  assertThrows(() => calibration([NaN], [true]), RangeError, "confidence 0 is NaN");
  assertThrows(() => calibration([0.5], [true], 0), RangeError, "0 bins");
});
