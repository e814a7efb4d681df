import { assert, assertEquals } from "@std/assert";
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
