import { assert, assertEquals } from "@std/assert";
import { exitCodes } from "../../src/cli/mod.ts";
import { alone } from "../../src/train/ranks.ts";
import { Pace } from "../../src/train/pace.ts";

Deno.test("a pace saves every so many steps, or seconds, or never", async () => {
  const steps = new Pace({ checkpointEvery: "50" });
  assertEquals([49, 50, 51, 100].map((step) => steps.saveIsDue(step)), [false, true, false, true]);
  const never = new Pace();
  assertEquals([0, 50].map((step) => never.saveIsDue(step)), [false, false]);
  const seconds = new Pace({ checkpointEvery: "1s" });
  assertEquals(seconds.saveIsDue(50), false);
  await new Promise((resolve) => setTimeout(resolve, 1010));
  assertEquals(seconds.saveIsDue(51), true);
  seconds.hasSaved();
  assertEquals(seconds.saveIsDue(52), false);
});

Deno.test("a pace's time is over, or never is", () => {
  const timeIsUp = (maxTime?: string) => {
    const pace = new Pace({ maxTime });
    pace.agree(alone);
    return pace.timeIsUp;
  };
  assertEquals([timeIsUp(), timeIsUp("2h")], [false, false]);
  for (const maxTime of ["0s", "0m", "0.000h"]) assertEquals(timeIsUp(maxTime), true);
});

Deno.test("a pace hears what it is asked at once, and stops when all processes have agreed", () => {
  const pace = new Pace({ signals: { received: "SIGINT" } });
  assertEquals([pace.asked, pace.stop], ["SIGINT", undefined]);
  pace.agree(alone);
  assertEquals(pace.stop, "SIGINT");
  const other = new Pace({ maxTime: "2h" });
  const signals = Object.keys(exitCodes);
  for (
    const [asked, stop, timeIsUp] of [[0, undefined, false], [1, undefined, true], [
      3,
      signals[1],
      true,
    ]]
  ) {
    other.agree({ ...alone, size: 2, gather: (values) => values[1] = Number(asked) });
    assertEquals([other.stop, other.timeIsUp], [stop, timeIsUp]);
  }
});

Deno.test("a pace rests and draws seldom", async () => {
  const pace = new Pace();
  let drawn = 0;
  let rests = 0;
  const end = performance.now() + 330;
  while (performance.now() < end) {
    if (!pace.restIsDue()) continue;
    rests++;
    await pace.rest(() => drawn++);
  }
  assert(rests >= 2 && rests <= 9, `${rests} rests`);
  assert(drawn >= 1 && drawn <= 4, `${drawn} redraws`);
});
