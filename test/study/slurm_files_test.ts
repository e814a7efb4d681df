import { assertEquals } from "@std/assert";
import { joinOutcomes, Ledger } from "../../src/study/mod.ts";
import { readOutcome, writeOutcome } from "../../src/study/slurm/outcomes.ts";
import { secondsOf } from "../../src/study/slurm/resources.ts";
import { temporaryFolder } from "../temporary_folder.ts";

Deno.test("Slurm's times are minutes, or days, hours, minutes and seconds", () => {
  const times = ["30", "30:15", "2:00:00", "1-12", "1-12:30", "1-12:30:05", "infinite", "2h", "-5"];
  assertEquals(times.map(secondsOf), [
    ...[1800, 1815, 7200, 129_600, 131_400, 131_405],
    ...[undefined, undefined, undefined],
  ]);
});

Deno.test("what tasks have told is read into the ledger once, of the epochs that a run may go to", () => {
  using folder = temporaryFolder();
  using ledger = Ledger.open(folder.path, { journal: "delete" });
  Deno.mkdirSync(`${folder.path}/slurm`);
  const runs = [1, 2].map((seed) => ({ seed, configText: "{}", folder: `00000-s${seed}` }));
  ledger.begin(0, [{ n: 0, point: { model: "linear", values: {} }, runs }], { until: 3 }, []);
  const [job] = runs.map((run) => ({ ...run, until: 3 }));
  writeOutcome(folder.path, { ...job, until: 1 }, { state: "paused" });
  assertEquals([readOutcome(folder.path, job), joinOutcomes(ledger)], [undefined, 0]);
  writeOutcome(folder.path, job, { state: "failed", failure: "It had no memory" });
  assertEquals([joinOutcomes(ledger), joinOutcomes(ledger)], [1, 0]);
  const [{ runs: [first, second] }] = ledger.trials();
  assertEquals([first.state, first.failure, second.state], ["failed", "It had no memory", "open"]);
});
