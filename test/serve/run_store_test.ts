import { clearImmediate, setImmediate } from "node:timers";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { RunStore } from "../../src/serve/run_store.ts";
import { findFile } from "../../src/storage/read_file.ts";
import type { RunRecord } from "../../src/run/record.ts";
import { runPage } from "../../src/serve/pages/run_page.ts";
import { longState } from "../../src/serve/words.ts";
import { lockRun } from "../../src/run/lock.ts";
import { seal } from "../../src/storage/sealed.ts";
import { temporaryFolder } from "../temporary_folder.ts";
import { addEpoch, age, metricsOf, writeRun } from "./run_folders.ts";

/** A run that must be readable. */
function readable(store: RunStore, name: string): RunRecord {
  const run = store.get(name);
  if (run === undefined || run.state === "damaged") throw new Error(JSON.stringify(run));
  return run;
}

Deno.test("a folder that does not exist yet has no runs, and then those that are made", async () => {
  using parent = temporaryFolder();
  const store = new RunStore(`${parent.path}/runs`);
  const problem = `There is no folder ${parent.path}/runs: a run makes it`;
  assertEquals(await store.list(), { runs: [], links: [], problem });
  writeRun(`${parent.path}/runs`, "a");
  assertEquals(readable(store, "a").state, "finished");
  Deno.removeSync(`${parent.path}/runs/a`, { recursive: true });
  assertEquals(store.get("a"), undefined);
  assertEquals(await store.list(), { runs: [], links: [] });
});

Deno.test("a run is training while its lock is held, and interrupted when it is not", () => {
  using parent = temporaryFolder();
  const folder = writeRun(parent.path, "a", { epochs: 2, finished: false });
  const store = new RunStore(parent.path);
  assertEquals(readable(store, "a").state, "interrupted");
  {
    using _lock = lockRun(folder);
    assertEquals(readable(store, "a").state, "training");
    addEpoch(folder, 3, 42);
    assertEquals(readable(store, "a").epochs.length, 3);
  }
  assertEquals(readable(store, "a").state, "interrupted");
  using _again = lockRun(folder);
  assertEquals(readable(store, "a").state, "training");
});

Deno.test("a lock that is taken in the instant in which it was seen free is seen", () => {
  using parent = temporaryFolder();
  const folder = writeRun(parent.path, "a", { epochs: 2, finished: false });
  const store = new RunStore(parent.path);
  lockRun(folder)[Symbol.dispose]();
  const { mtime } = Deno.statSync(`${folder}/.lock`);
  assertEquals(readable(store, "a").state, "interrupted");
  using _lock = lockRun(folder);
  Deno.utimeSync(`${folder}/.lock`, mtime!, mtime!); // as coarse clocks have it
  assertEquals(readable(store, "a").state, "training");
});

Deno.test("a trial's run is not interrupted: its study says what becomes of it", () => {
  using parent = temporaryFolder();
  const folder = writeRun(parent.path, "a", { epochs: 2, finished: false });
  Deno.writeTextFileSync(`${parent.path}/study.sqlite`, "");
  const store = new RunStore(parent.path);
  const run = readable(store, "a");
  assertEquals(run.state, "untested");
  assertEquals(longState(run), "A trial of a study, trained for 2 of 4 epochs and not tested.");
  assert(!runPage(run, parent.path, "classify").main.text.includes("--resume"));
  using _lock = lockRun(folder);
  assertEquals(readable(store, "a").state, "training");
});

Deno.test("a lock that was seen free is not tried again until someone has taken it", () => {
  using parent = temporaryFolder();
  const folder = writeRun(parent.path, "a", { finished: false });
  const store = new RunStore(parent.path);
  lockRun(folder)[Symbol.dispose]();
  for (const name of [".lock", "metrics.csv", "."]) age(`${folder}/${name}`);
  store.get("a");
  const tryLock = Deno.FsFile.prototype.tryLockSync;
  try {
    Deno.FsFile.prototype.tryLockSync = () => {
      throw new Error("it took a lock that nobody had touched");
    };
    store.get("a");
  } finally {
    Deno.FsFile.prototype.tryLockSync = tryLock;
  }
  using _lock = lockRun(folder);
});

Deno.test("a checkpoint tells how far a run is inside its epoch", () => {
  using parent = temporaryFolder();
  const folder = writeRun(parent.path, "a", { epochs: 2, finished: false });
  const store = new RunStore(parent.path);
  assertEquals(readable(store, "a").step, 64);
  const history = [metricsOf(1, 42), metricsOf(2, 42)];
  const progress = { epoch: 2, step_in_epoch: 9, step: 73, history };
  const tensor = { name: "1.bias", dtype: "F32", shape: [2], bytes: new Uint8Array(8) } as const;
  const bytes = seal([tensor], { wick: "0", progress: JSON.stringify(progress) });
  using _lock = lockRun(folder);
  readable(store, "a");
  Deno.writeFileSync(`${folder}/checkpoints/last.safetensors`, bytes);
  assertEquals(readable(store, "a").step, 73);
  assertEquals(
    longState(readable(store, "a")),
    "Training: epoch 3 of 4, saved at step 9 of 32.",
  );
  for (const end of [0, 7, 8, 40]) {
    Deno.writeFileSync(`${folder}/checkpoints/last.safetensors`, bytes.subarray(0, end));
    assertEquals(readable(store, "a").step, 64, `a checkpoint cut to ${end} bytes`);
  }
});

Deno.test("a row that is just being written is left for the next time", () => {
  using parent = temporaryFolder();
  const folder = writeRun(parent.path, "a", { epochs: 2, finished: false });
  using _lock = lockRun(folder);
  const store = new RunStore(parent.path);
  Deno.writeTextFileSync(`${folder}/metrics.csv`, "3,96,0.0", { append: true });
  assertEquals(readable(store, "a").epochs.length, 2);
});

const damages: [file: string, content: string, problem: string][] = [
  ["config.json", "{", "config.json is not valid JSON"],
  ["config.json", '{ "model": "resnet" }', "config.json: "],
  ["metrics.csv", "epoch\n1\n", "metrics.csv is damaged"],
  ["summary.json", "[]", "summary.json is damaged"],
  ["summary.json", '{"parameters": 1', "summary.json is not valid JSON"],
];

for (const [file, content, problem] of damages) {
  Deno.test(`a run whose ${file} is ${JSON.stringify(content)} is shown as damaged`, () => {
    using parent = temporaryFolder();
    writeRun(parent.path, "a");
    Deno.writeTextFileSync(`${writeRun(parent.path, "b")}/${file}`, content);
    const store = new RunStore(parent.path);
    assertEquals(readable(store, "a").state, "finished");
    const run = store.get("b");
    assertStringIncludes(run?.state === "damaged" ? run.problem : "", problem);
  });
}

Deno.test("folders without config.json, hidden ones and files are no runs", async () => {
  using parent = temporaryFolder();
  Deno.mkdirSync(`${parent.path}/notes`);
  writeRun(parent.path, ".new-1");
  Deno.writeTextFileSync(`${parent.path}/config.json`, "{}");
  const store = new RunStore(parent.path);
  assertEquals((await store.list()).runs, []);
});

Deno.test({
  name: "a pipe in a run folder stops no reader (needs mkfifo)",
  ignore: Deno.build.os === "windows",
  fn: () => {
    using parent = temporaryFolder();
    const folder = writeRun(parent.path, "a");
    Deno.removeSync(`${folder}/summary.json`);
    new Deno.Command("mkfifo", { args: [`${folder}/summary.json`] }).outputSync();
    assertEquals(readable(new RunStore(parent.path), "a").state, "interrupted");
    assertEquals(
      findFile(`${Deno.realPathSync(folder)}/summary.json`, { links: false }),
      undefined,
    );
  },
});

Deno.test("what has not changed is not read again, and what has is", async () => {
  using parent = temporaryFolder();
  const folder = writeRun(parent.path, "a", { finished: false });
  for (const path of ["metrics.csv", "config.json", "."]) age(`${folder}/${path}`);
  const store = new RunStore(parent.path);
  const first = readable(store, "a");
  const list = await store.list();
  assertEquals(readable(store, "a") === first, true);
  assertEquals(await store.list() === list, true);
  writeRun(parent.path, "a", { finished: true });
  assertEquals(readable(store, "a").state, "finished");
  const later = await store.list();
  assertEquals(later === list, false);
  assertEquals(later.runs, [readable(store, "a")]);
});

Deno.test("who asks while many runs are read waits for the same reading, and others have their turns", async () => {
  using parent = temporaryFolder();
  for (let i = 0; i < 120; i++) writeRun(parent.path, `${i}`, { epochs: 1 });
  const store = new RunStore(parent.path);
  let turns = 0;
  const turn = () => {
    turns++;
    next = setImmediate(turn);
  };
  let next = setImmediate(turn);
  const lists = await Promise.all(Array.from({ length: 20 }, () => store.list()));
  clearImmediate(next);
  assert(turns >= 2, `${turns}`);
  assertEquals(lists[0].runs.length, 120);
  assertEquals(new Set(lists).size, 1);
  Deno.removeSync(`${parent.path}/0`, { recursive: true });
  assertEquals(await store.list(60_000) === lists[0], true, "it may be a minute old");
  assertEquals((await store.list()).runs.length, 119);
});
