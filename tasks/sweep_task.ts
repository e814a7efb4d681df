import { slurmTask } from "../src/study/mod.ts";
import { runForUser } from "./main.ts";

/** A task of a job array of Slurm's, which trains one run of a study. */
export const main = ([study, array, index, id]: string[]): Promise<number> =>
  slurmTask({ study, array: Number(array), index: Number(index), id });

if (import.meta.main) await runForUser(main);
