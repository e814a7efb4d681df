import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { UserError } from "../../src/errors.ts";
import { writeReport } from "../../src/report/write_report.ts";
import { evaluateRun } from "../../src/report/comparison/evaluated_run.ts";
import { finishedRuns } from "../../src/report/comparison/finished_runs.ts";
import { readResults } from "../../src/run/results.ts";
import { lockRun } from "../../src/run/lock.ts";
import { Run } from "../../src/run/run.ts";
import { trainRun } from "../../src/run/train_run.ts";
import { findWeights } from "../../src/run/weights_source.ts";
import { modelOf } from "../../src/train/recipe.ts";
import { config, data, environment, test } from "../train/fixtures.ts";
import { temporaryFolder } from "../temporary_folder.ts";

const settings = config({ epochs: 1, trainSize: 70 });
const resumeCommand = "";
const tell = () => {};

/** Trains a run, or resumes one, until it is complete. */
async function trained(run: Run): Promise<string> {
  using _run = run;
  const screen = { line() {}, bar() {} };
  const loadTest = () => Promise.resolve(test);
  await trainRun(run, { data, loadTest, screen, resumeCommand, layer: modelOf(settings) });
  return run.folder;
}

/** What reads a run folder, and the files that it reads of a finished or an unfinished run. */
const readers: Record<string, [read: (folder: string) => unknown, files: string[]]> = {
  evaluate: [findWeights, ["config.json", "checkpoints/best.safetensors"]],
  report: [
    (folder) => writeReport(folder, { resumeCommand, test, tell }),
    ["config.json", "summary.json", "metrics.csv", "environment.json"],
  ],
  compare: [
    (folder) => Promise.all(finishedRuns([folder], tell).map((run) => evaluateRun(run, test))),
    ["config.json", "summary.json", "metrics.csv", "environment.json", "weights.jsonl"],
  ],
  reproduce: [readResults, ["config.json", "summary.json", "metrics.csv", "weights.jsonl"]],
  resume: [
    (folder) => {
      Deno.removeSync(`${folder}/summary.json`);
      return trained(Run.open(folder));
    },
    ["config.json", ".lock", "metrics.csv", "weights.jsonl", "environment.json"]
      .concat("checkpoints/last.safetensors", "checkpoints/best.safetensors"),
  ],
};

for (const [name, [read, files]] of Object.entries(readers)) {
  Deno.test({
    name: `${name} refuses a pipe or a device in a run folder (needs mkfifo)`,
    ignore: Deno.build.os === "windows",
    fn: async () => {
      using parent = temporaryFolder();
      const folder = await trained(Run.create(settings, environment, parent.path));
      const summary = Deno.readFileSync(`${folder}/summary.json`);
      for (const file of files) {
        const path = `${folder}/${file}`;
        Deno.renameSync(path, `${path}.kept`);
        for (const special of ["pipe", "device"]) {
          if (special === "device") Deno.symlinkSync("/dev/zero", path);
          else new Deno.Command("mkfifo", { args: [path] }).outputSync();
          const error = await assertRejects(async () => await read(folder), UserError);
          assert(error.message.includes("it is not a regular file"), error.message);
          Deno.removeSync(path);
          if (file !== "summary.json") Deno.writeFileSync(`${folder}/summary.json`, summary);
        }
        Deno.renameSync(`${path}.kept`, path);
      }
    },
  });
}

Deno.test("a lock that is a link writes over no other file", () => {
  using folder = temporaryFolder();
  const victim = `${folder.path}/victim`;
  Deno.writeTextFileSync(victim, "precious");
  Deno.symlinkSync(victim, `${folder.path}/.lock`);
  assertThrows(() => lockRun(folder.path), UserError, "/.lock is a symbolic link");
  assertEquals(Deno.readTextFileSync(victim), "precious");
});
