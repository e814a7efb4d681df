import { basename, resolve } from "node:path";
import { UserError } from "../../errors.ts";
import { shellWord } from "../../shell_word.ts";
import { diskFiles, readJson, writeJson, writeText } from "../../storage/mod.ts";
import { programArguments, root } from "../deno_program.ts";
import type { Ledger } from "../ledger.ts";
import type { Job } from "../train_trial.ts";
import { slurm } from "./command.ts";
import { clusterFolder } from "./outcomes.ts";
import { resourceOptions, type Resources } from "./resources.ts";

/** What the tasks of one job array read: the one with index i trains the i-th job. */
export interface TaskList {
  readonly threads: number;
  readonly jobs: readonly Job[];
}

/** The jobs of an array of the study; throws a UserError where there is no such array. */
export function readTasks(study: string, array: number): TaskList {
  const path = `${clusterFolder(study)}/array-${array}.json`;
  const list = readJson(path);
  if (list === undefined) {
    throw new UserError(`There is no ${path}: the study's folder is not whole`);
  }
  return list as TaskList;
}

/** The word by which Slurm's jobs of a study are told from all others; undefined before the first. */
export const studyWord = (ledger: Ledger): string | undefined => ledger.get("slurm");

/** Writes a job array that works these jobs off, and submits it. */
export async function submitArray(
  ledger: Ledger,
  resources: Resources,
  tasks: TaskList,
): Promise<void> {
  if (studyWord(ledger) === undefined) ledger.set("slurm", crypto.randomUUID().slice(0, 8));
  const array = Number(ledger.get("arrays") ?? 0) + 1;
  ledger.set("arrays", `${array}`);
  const study = resolve(ledger.folder);
  const folder = clusterFolder(study);
  Deno.mkdirSync(folder, { recursive: true });
  writeJson(diskFiles, `${folder}/array-${array}.json`, tasks);
  const script = `${folder}/array-${array}.sh`;
  const options = [
    `--job-name=${basename(study).replace(/[^\w-]/g, "_")}.${studyWord(ledger)}.${array}`,
    `--array=0-${tasks.jobs.length - 1}`,
    ...["--requeue", "--open-mode=append", "--signal=B:TERM@60", "--export=ALL"],
    `--output=${folder.replaceAll("%", "%%")}/array-${array}-%a.log`,
    ...resourceOptions(resources),
  ];
  writeText(diskFiles, script, scriptOf(options, study, array));
  // On the command line too, where they count more than variables as SBATCH_PARTITION.
  await slurm("sbatch", "--parsable", ...options, script);
}

/** The script of an array; `exec`, so that the signal for the script is one for the training. */
function scriptOf(options: readonly string[], study: string, array: number): string {
  const program = programArguments("sweep_task.ts", "--allow-run=scontrol,squeue");
  const words = [Deno.execPath(), ...program, study, String(array)].map(shellWord);
  return `#!/bin/bash
${options.map((option) => `#SBATCH ${shellWord(option)}`).join("\n")}
# Each task trains the run that has its index in array-${array}.json. On SIGTERM, which comes before
# its time is over, it saves the run and puts itself into the queue again.
echo "on $SLURMD_NODENAME restart \${SLURM_RESTART_COUNT:-0}"
cd ${shellWord(root)} || exit
export INIT_CWD=${shellWord(Deno.cwd())}
exec ${words.join(" ")} "$SLURM_ARRAY_TASK_ID" "$SLURM_ARRAY_JOB_ID"
`;
}
