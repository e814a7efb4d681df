/**
 * Trains on a file system of its own until that is full: `full_disk_child.ts MOUNT_POINT`. Prints why
 * it ended, and then the step that each checkpoint left there holds.
 */
import { messageOf } from "../../src/errors.ts";
import { Run } from "../../src/run/run.ts";
import { config, environment, trainTo } from "../train/fixtures.ts";
import { readableCheckpoints } from "../torture/run_files.ts";

const [parent] = Deno.args;
// One checkpoint after the other is kept, until the next one finds no room.
using run = Run.create(config({ epochs: 40 }), environment, parent, { keepLast: 1000 });
try {
  await trainTo(run, Infinity, "1");
  console.log("complete");
} catch (error) {
  console.log(messageOf(error));
}
console.log(JSON.stringify(readableCheckpoints(run.folder)));
const step = run.checkpoints.load(() => undefined, (text) => console.log(text))?.progress.step;
console.log(`resumes at step ${step}`);
