import { assert, assertEquals } from "@std/assert";
import { now } from "../../src/clock.ts";
import { lockRun } from "../../src/run/lock.ts";
import { Ledger, type NewTrial } from "../../src/study/ledger.ts";
import { temporaryFolder } from "../temporary_folder.ts";

Deno.test("runs of a process that died are there to be claimed before another round may begin", () => {
  using folder = temporaryFolder();
  using ledger = Ledger.open(folder.path, { journal: "wal" });
  const runs = [{ seed: 1, configText: "{}", folder: "00000-s1" }];
  const begin = (n: number, runs: NewTrial["runs"]) =>
    ledger.begin(n, [{ n, point: { model: "linear", values: {} }, runs }], { until: 9 }, []);
  begin(0, runs);
  begin(1, []);
  assertEquals([ledger.rounds, ledger.trials().length], [1, 1]);
  assertEquals(ledger.claim("dead")?.folder, "00000-s1");
  assertEquals(ledger.claim("living"), undefined);
  assert(ledger.releaseOfTheDead("living"), "there was a run of another process");
  assertEquals(ledger.claim("living")?.folder, "00000-s1");
  assert(!ledger.releaseOfTheDead("living"));
  const [{ runs: [run] }] = ledger.trials();
  ledger.finish(run, { state: "complete", history: [], digests: [] });
  begin(1, []);
  assertEquals([ledger.rounds, ledger.trials().length], [2, 2]);
});

Deno.test("folders of processes that died are removed, but not those of living and new ones", () => {
  using folder = temporaryFolder();
  using ledger = Ledger.open(folder.path, { journal: "wal" });
  const owners = ["1-1000", "2-2000", `3-${now().getTime()}`];
  for (const owner of owners) Deno.mkdirSync(ledger.processFolder(owner), { recursive: true });
  using _ = lockRun(ledger.processFolder("2-2000"));
  ledger.removeFoldersOfTheDead();
  const left = [...Deno.readDirSync(`${folder.path}/.processes`)].map(({ name }) => name).sort();
  assertEquals(left, owners.slice(1));
});
