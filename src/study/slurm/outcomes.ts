import { z } from "zod";
import { diskFiles, jsonValue, readText, writeJson } from "../../storage/mod.ts";
import type { Ledger } from "../ledger.ts";
import { resultOf } from "../result.ts";
import type { Job, Outcome } from "../train_trial.ts";

/** What a job is known by: a run is trained once up to each epoch that it may go to. */
type Known = Pick<Job, "folder" | "until">;

const outcomeSchema = z.object({
  state: z.enum(["paused", "complete", "pruned", "failed"]),
  failure: z.string().optional(),
});

/** Where the tasks of a study have their files. */
export const clusterFolder = (study: string): string => `${study}/slurm`;

/** A job's name among those of its study. */
export const jobName = ({ folder, until }: Known): string => `${folder}-${until}`;

const path = (study: string, job: Known) => `${clusterFolder(study)}/${jobName(job)}.json`;

/** Writes what became of a job, beside what its run folder tells. */
export const writeOutcome = (study: string, job: Known, outcome: Outcome): void =>
  writeJson(diskFiles, path(study, job), outcome);

/** What became of a job; undefined where no task has told it yet. */
export const readOutcome = (study: string, job: Known): Outcome | undefined =>
  outcomeSchema.safeParse(jsonValue(readText(path(study, job)) ?? "")).data;

/** Writes into the ledger what tasks have told and nobody has read; returns of how many runs. */
export function joinOutcomes(ledger: Ledger): number {
  const open = ledger.trials().flatMap(({ runs }) => runs).filter(({ state }) => state === "open");
  const told = open.flatMap((run) => {
    const outcome = readOutcome(ledger.folder, run);
    return outcome === undefined ? [] : [{ run, outcome }];
  });
  for (const { run, outcome } of told) {
    ledger.finish(run, resultOf(`${ledger.folder}/${run.folder}`, outcome));
  }
  return told.length;
}
