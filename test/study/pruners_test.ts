import { assertEquals } from "@std/assert";
import { pruners } from "../../src/study/pruners/mod.ts";
import type { Course } from "../../src/study/pruners/mod.ts";

const pruning = (name: string, settings: object) =>
  pruners.find((pruner) => pruner.name === name)!.of(settings);

/** A trial with these figures, of which the lower ones are better. */
function course(n: number, state: Course["state"], ...values: number[]): Course {
  const best = values.map((_, i) => Math.min(...values.slice(0, i + 1)));
  return { n, state, values, best };
}

Deno.test("ASHA lets the best third of each rung go on, those that failed or went on counted", () => {
  const { begin, goOn, atTheEnd } = pruning("asha", { minEpochs: 2 });
  assertEquals(begin([]), { until: 2 });
  const courses = [
    course(0, "paused", 5, 3),
    course(1, "paused", 4, 4),
    course(2, "failed"),
    course(3, "paused", 9, 8),
    course(4, "paused", 1, 1, 1, 1, 1, 1),
    course(5, "failed", 1),
    course(6, "paused", 3, 3),
    course(7, "paused", 7, 7),
    course(8, "complete", 6, 6, 6),
  ];
  // Of nine at the first rung three are promoted: trial 4 was before.
  assertEquals(goOn(courses), [{ n: 0, until: 6 }, { n: 6, until: 6 }]);
  assertEquals(atTheEnd(courses), []);
  assertEquals(atTheEnd(courses.slice(0, 8)), [{ n: 4, until: 1_000_000 }]);
});

Deno.test("the median pruner compares with complete trials at the same epoch, as soon as there are enough", () => {
  const { begin, goOn } = pruning("median", { startup: 3, warmup: 1 });
  const complete = [
    course(0, "complete", 5, 3, 1),
    course(1, "complete", 6, 5, 2),
    course(2, "pruned", 9),
  ];
  assertEquals(begin(complete).limits, undefined);
  const more = [...complete, course(3, "complete", 9, 9, 9), course(4, "complete", 9, 9)];
  assertEquals(begin(more).limits, [null, 7, 2]);
  assertEquals(goOn(more), []);
});
