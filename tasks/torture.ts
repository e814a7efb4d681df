import { milliseconds } from "../src/train/clock.ts";
import { runTask } from "../src/errors.ts";
import { fuzzPictures } from "../test/image/fuzz.ts";
import { injectFaults } from "../test/train/torture/faults.ts";
import { damage } from "../test/train/torture/flips.ts";
import { interrupt } from "../test/train/torture/interruptions.ts";
import { race } from "../test/train/torture/races.ts";

const tortures = [
  ["kill -9 at random moments", () => interrupt("SIGKILL", 1000)],
  ["SIGINT at random moments", () => interrupt("SIGINT", 200)],
  ["pairs racing for one run folder", () => race(200)],
  ["faults at every file operation", () => injectFaults(1)],
  ["prefixes and bit flips of a checkpoint", () => damage(1, 100_000)],
  ["edited PNG files", () => fuzzPictures("png", 400_000)],
  ["edited headers and rows of PNG files", () => fuzzPictures("png's content", 300_000)],
  ["edited JPEG files", () => fuzzPictures("jpeg", 300_000)],
] as const;

if (import.meta.main) {
  await runTask(async () => {
    for (const [name, torture] of tortures) {
      const begun = milliseconds();
      const counts = Object.entries(await torture()).map(([what, count]) => `${count} ${what}`);
      const seconds = ((milliseconds() - begun) / 1000).toFixed(0);
      console.log(`${name}: ${counts.join(", ")}, all as they should be (${seconds} s)`);
    }
  });
}
