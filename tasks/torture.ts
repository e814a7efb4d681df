import { z } from "zod";
import { duration } from "../src/statistics/mod.ts";
import { Command } from "../src/cli/mod.ts";
import { mainOf } from "./main.ts";
import { milliseconds } from "../src/clock.ts";
import { runTask, UsageError } from "../src/errors.ts";
import { fuzz, slowTargets, targets } from "../test/fuzz/fuzz.ts";
import { injectFaults } from "../test/torture/faults.ts";
import { cutIdx } from "../test/data/cuts.ts";
import { damage } from "../test/torture/flips.ts";
import { interrupt } from "../test/torture/interruptions.ts";
import { killStudies } from "../test/torture/studies.ts";
import { race } from "../test/torture/races.ts";
import { trainAtRandom } from "../test/torture/random_trainings.ts";
import { callAtRandom } from "../test/tensor/random_calls.ts";
import { program } from "../src/program.ts";

const tortures: Record<string, () => Promise<object>> = {
  "kill -9 at random moments": () => interrupt("SIGKILL", 1000, { insideSaves: 300 }),
  "studies and their workers killed": () => killStudies(100, 20),
  "SIGINT at random moments": () => interrupt("SIGINT", 200),
  "pairs racing for one run folder": () => race(200),
  "faults at every file operation": () => injectFaults(1),
  "prefixes and bit flips of a checkpoint": () => damage(1, 100_000),
  "trainings with random settings": () => trainAtRandom(1, 2000),
  "random sequences of tensor calls": () => Promise.resolve(callAtRandom(1, 200_000)),
  "cuts of IDX files": () => cutIdx(10_000),
  ...Object.fromEntries(
    targets.map((target) => [`fuzz ${target}`, () => fuzz(target, 1_000_000)]),
  ),
  ...Object.fromEntries(
    slowTargets.map((target) => [`fuzz ${target}`, () => fuzz(target, 200_000)]),
  ),
};

const command = new Command(z.strictObject({}), {
  usage: `${program} torture [WORDS...]

Does to wick what it has to survive, in this order; WORDS choose those whose names have them.

  ${Object.keys(tortures).join("\n  ")}`,
  positional: ["WORDS..."],
});

const main = mainOf(command, async (_, words) => {
  const chosen = Object.entries(tortures).filter(([name]) => name.includes(words.join(" ")));
  if (chosen.length === 0) throw new UsageError(`No torture is called ${words.join(" ")}`);
  for (const [name, torture] of chosen) {
    const begun = milliseconds();
    const counts = Object.entries(await torture()).map(([what, count]) => `${count} ${what}`);
    console.log(
      `${name}: ${counts.join(", ")}, all as they should be (${
        duration((milliseconds() - begun) / 1000)
      })`,
    );
  }
});

if (import.meta.main) await runTask(main);
