import { aligned, type Screen } from "../cli/mod.ts";
import { UserError } from "../errors.ts";
import { counted } from "../printable.ts";
import { diskFiles, writeText } from "../storage/mod.ts";
import { readDigests } from "../run/mod.ts";
import {
  cancelTasks,
  isAlive,
  jobName,
  type Ledger,
  queuedTasks,
  readTasks,
  stateOf,
  studyWord,
} from "../study/mod.ts";
import { cancellation } from "./study_crews.ts";

/** Shows what has become of a study's trials, and the tasks that Slurm has of it. */
export async function showTasks(ledger: Ledger, screen: Screen): Promise<number> {
  const trials = ledger.trials();
  const states = Map.groupBy(trials, stateOf);
  const said = [...states].map(([state, { length }]) => `${length} ${state}`);
  screen.line(`${ledger.folder}: ${[counted(trials.length, "trial"), ...said].join(", ")}`);
  const tasks = (await queuedTasks(wordOf(ledger))).filter(isAlive);
  if (tasks.length === 0) {
    screen.line("Slurm has no task of it");
    return 0;
  }
  const runs = new Map(trials.flatMap(({ runs }) => runs.map((run) => [jobName(run), run])));
  const rows = tasks.map(({ id, array, index, state, node, reason }) => {
    const { folder, until } = readTasks(ledger.folder, array).jobs[index];
    const { trial, seed } = runs.get(jobName({ folder, until })) ?? {};
    const epochs = readDigests(`${ledger.folder}/${folder}`).length;
    const place = node === "" ? reason : node;
    return [`${id}_${index}`, `${trial ?? "-"}`, `${seed ?? "-"}`, `${epochs}`, state, place];
  });
  const head = ["task", "trial", "seed", "epochs", "state", "node"];
  for (const line of aligned([head, ...rows], (column) => column > 3)) screen.line(line);
  return 0;
}

/** Cancels the tasks that Slurm has of a study, and has the command that looks after them end. */
export async function cancelStudy(ledger: Ledger, screen: Screen): Promise<number> {
  const word = wordOf(ledger);
  writeText(diskFiles, cancellation(ledger.folder), "");
  const count = await cancelTasks(word);
  const runs = "their runs are saved; the command that began the study goes on with it";
  screen.line(`${counted(count, "task")} cancelled: ${runs}`);
  return 0;
}

function wordOf(ledger: Ledger): string {
  const word = studyWord(ledger);
  if (word !== undefined) return word;
  throw new UserError(`${ledger.folder} has no tasks in Slurm: --launcher slurm submits them`);
}
