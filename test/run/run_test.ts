import { assertEquals, assertThrows } from "@std/assert";
import { UserError } from "../../src/errors.ts";
import { configText } from "../../src/config/config_file.ts";
import { metricsHeader } from "../../src/train/metrics.ts";
import { readConfig, Run, runName } from "../../src/run/run.ts";
import { config, environment, trainTo } from "../train/fixtures.ts";
import { FaultyFiles } from "../storage/faulty_files.ts";
import { temporaryFolder } from "../temporary_folder.ts";

const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

Deno.test("a run's name has the time, the model, the data where they are synthetic, and the seed", () => {
  const time = new Date("2026-11-23T10:15:30.123Z");
  assertEquals(
    runName(config({ seed: 7 }), time),
    "2026-11-23T10-15-30.123Z-nonlinear-synthetic-s7",
  );
  const real = { ...config(), data: "fashion-mnist" as const };
  assertEquals(runName(real, time), "2026-11-23T10-15-30.123Z-nonlinear-s42");
});

Deno.test("a new run folder has its config and environment before anything else", () => {
  using parent = temporaryFolder();
  using run = Run.create(config(), environment, parent.path);
  assertEquals(Deno.readTextFileSync(`${run.folder}/config.json`), configText(config()));
  assertEquals(JSON.parse(Deno.readTextFileSync(`${run.folder}/environment.json`)), environment);
  assertEquals(names(run.folder), [".lock", "checkpoints", "config.json", "environment.json"]);
});

Deno.test("run folders never share a name, also in the same millisecond", () => {
  using parent = temporaryFolder();
  const time = new Date(0);
  for (let i = 0; i < 3; i++) {
    Run.create(config(), environment, parent.path, { time })[Symbol.dispose]();
  }
  const name = runName(config(), time);
  assertEquals(names(parent.path), [name, `${name}-2`, `${name}-3`]);
});

Deno.test("a run folder that cannot be made leaves nothing and says why", () => {
  using parent = temporaryFolder();
  const all = new FaultyFiles("ENOSPC");
  Run.create(config(), environment, `${parent.path}/first`, { files: all })[Symbol.dispose]();
  for (let failing = 0; failing < all.operations.length; failing++) {
    const files = new FaultyFiles("ENOSPC", failing);
    const make = () => Run.create(config(), environment, `${parent.path}/second`, { files });
    assertThrows(make, UserError, "No space left on device");
    assertEquals(names(`${parent.path}/second`), []);
  }
});

Deno.test("a parent folder that cannot be made is one clear sentence", () => {
  using parent = temporaryFolder();
  Deno.writeTextFileSync(`${parent.path}/file`, "");
  const make = () => Run.create(config(), environment, `${parent.path}/file/runs`);
  assertThrows(make, UserError, "Cannot make a run folder in");
});

Deno.test("a folder that is no run, or a damaged one, is refused", () => {
  using parent = temporaryFolder();
  assertThrows(() => Run.open(`${parent.path}/none`), UserError, "is not a run folder");
  assertThrows(() => Run.open(parent.path), UserError, "it has no config.json");
  Deno.writeTextFileSync(`${parent.path}/config.json`, "{}");
  assertThrows(() => readConfig(parent.path), UserError, "config.json: model is missing");
  Deno.writeTextFileSync(`${parent.path}/config.json`, configText(config()));
  assertThrows(() => Run.open(parent.path), UserError, "checkpoints is damaged");
});

Deno.test("a run folder has one writer at a time", () => {
  using parent = temporaryFolder();
  const first = Run.create(config(), environment, parent.path);
  assertThrows(() => Run.open(first.folder), UserError, `in use by process ${Deno.pid}`);
  first[Symbol.dispose]();
  using second = Run.open(first.folder);
  assertEquals(second.config, config());
});

Deno.test("metrics.csv has a row an epoch, also after a resume and after rows that came too early", async () => {
  using parent = temporaryFolder();
  using run = Run.create(config(), environment, parent.path);
  await trainTo(run, 7);
  const path = `${run.folder}/metrics.csv`;
  const afterOne = Deno.readTextFileSync(path);
  Deno.writeTextFileSync(path, `${afterOne}2,10,0.1,1,0.5,1,0.5,0.1,100\n3,1`);
  await trainTo(run);
  const rows = Deno.readTextFileSync(path).trim().split("\n");
  assertEquals(`${rows[0]}\n`, metricsHeader);
  assertEquals(rows.slice(1).map((row) => row.split(",").slice(0, 2)), [["1", "5"], ["2", "10"]]);
  assertEquals(`${rows[1]}\n`, afterOne.slice(metricsHeader.length));
});

Deno.test("environment.json keeps where a run began and lists where it went on", () => {
  using parent = temporaryFolder();
  using run = Run.create(config(), environment, parent.path);
  run.recordResume({ ...environment, threads: 8 }, 100);
  run.recordResume({ ...environment, threads: 4 }, 200);
  const { resumed, ...first } = JSON.parse(
    Deno.readTextFileSync(`${run.folder}/environment.json`),
  );
  assertEquals(first, environment);
  assertEquals(
    resumed.map((each: { step: number; threads: number }) => [each.step, each.threads]),
    [
      [100, 8],
      [200, 4],
    ],
  );
});
