/**
 * A process that trains a small run, to be killed. `child.ts new PARENT` makes a run there,
 * `child.ts resume FOLDER` resumes one; both save after every step.
 */
import { messageOf } from "../../src/errors.ts";
import { readRun } from "../../src/run/record.ts";
import { Run } from "../../src/run/run.ts";
import { trainRun } from "../../src/run/train_run.ts";
import { config, data, environment, layer, test } from "../train/fixtures.ts";

/** The config of every run that is tortured: 200 steps. */
export const tortured = config({
  epochs: 40,
  opt: "adamw",
  hflip: true,
  randomErase: 0.2,
  lrScheduler: "one-cycle",
});

if (import.meta.main) {
  const [what, path] = Deno.args;
  try {
    using run = what === "new" ? Run.create(tortured, environment, path) : Run.open(path);
    if (readRun(run.folder).finished) Deno.exit(0);
    const code = await trainRun(run, {
      data,
      loadTest: () => Promise.resolve(test),
      layer,
      screen: { line: (text) => console.log(text), bar() {} },
      checkpointEvery: "1",
      resumeCommand: `resume ${run.folder}`,
    });
    Deno.exit(code);
  } catch (error) {
    console.error(messageOf(error));
    Deno.exit(1);
  }
}
