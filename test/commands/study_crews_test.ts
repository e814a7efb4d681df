import { assertEquals } from "@std/assert";
import type { StopSignals } from "../../src/cli/mod.ts";
import { SlurmCrew } from "../../src/commands/study_crews.ts";
import { Ledger } from "../../src/study/mod.ts";
import { temporaryFolder } from "../temporary_folder.ts";

Deno.test("a study that is stopped before it has tasks in Slurm does not say that they go on", async () => {
  using folder = temporaryFolder();
  using ledger = Ledger.open(folder.path, { journal: "delete" });
  using crew = new SlurmCrew(ledger, { cpus: 1 }, { count: 1, threads: 1, say() {} });
  const signals = { received: "SIGINT" } as StopSignals;
  assertEquals(await crew.farewell(signals), "stopped by SIGINT before a task was submitted");
});
