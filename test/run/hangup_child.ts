/**
 * A process that trains for a long time, and says HANG UP in the middle: `hangup_child.ts PARENT`.
 * Its report is what it would say last.
 */
import { standardScreen } from "../../src/cli/progress.ts";
import { runTask } from "../../src/errors.ts";
import { Run } from "../../src/run/run.ts";
import { trainRun } from "../../src/run/train_run.ts";
import { config, data, environment, layer, test } from "../train/fixtures.ts";

await runTask(async ([parent]) => {
  using run = Run.create(config({ epochs: 100_000 }), environment, parent);
  using screen = standardScreen();
  return await trainRun(run, {
    data,
    loadTest: () => Promise.resolve(test),
    layer,
    screen: {
      ...screen,
      line: (text) => screen.line(/^epoch +3\//.test(text) ? `HANG UP ${text}` : text),
    },
    resumeCommand: "the command",
    reporter: (folder, { resumeCommand }) => {
      Deno.writeTextFileSync(`${folder}/report.txt`, resumeCommand);
      return Promise.resolve("a report");
    },
  });
});
