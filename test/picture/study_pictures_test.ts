import { assertMatch, assertNotMatch } from "@std/assert";
import { studyHistoryPicture, studySlicePicture } from "../../src/picture/mod.ts";
import { metrics } from "../../src/statistics/mod.ts";

const viewOf = (...values: number[]) => ({
  title: "s",
  metric: metrics.find(({ name }) => name === "acc")!,
  axes: [{ name: "lr", log: true }],
  trials: values.map((value, n) => ({
    n,
    value,
    complete: true,
    values: { lr: 0.1 * (n + 1) },
    curve: [value],
  })),
});

Deno.test("a picture of a study says where its worst trials stand at the axis's edge", () => {
  for (const picture of [studyHistoryPicture, studySlicePicture]) {
    assertMatch(picture(viewOf(37, 23, 43, 11)), /; the worst ones stand at the axis/);
    assertNotMatch(picture(viewOf(37, 38)), /stand at the axis/);
  }
});
