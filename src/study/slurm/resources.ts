import { messageOf, UsageError, UserError } from "../../errors.ts";
import { slurm } from "./command.ts";

/** What each task of a study is given by Slurm. */
export interface Resources {
  readonly partition?: string;
  /** The most time of one task, as Slurm writes it: `2:00:00`. */
  readonly time?: string;
  readonly cpus: number;
  /** Memory as Slurm writes it: `4G`. */
  readonly mem?: string;
}

/** The options of sbatch that ask for it. */
export const resourceOptions = ({ partition, time, cpus, mem }: Resources): string[] => [
  "--nodes=1",
  "--ntasks=1",
  `--cpus-per-task=${cpus}`,
  ...(partition === undefined ? [] : [`--partition=${partition}`]),
  ...(time === undefined ? [] : [`--time=${time}`]),
  ...(mem === undefined ? [] : [`--mem=${mem}`]),
];

/** Throws a UserError with Slurm's reason where it would not take a task with these resources. */
export async function checkResources(resources: Resources): Promise<void> {
  const { partition, time } = resources;
  const asked = time === undefined ? undefined : secondsOf(time);
  if (time !== undefined && asked === undefined) {
    throw new UsageError(
      `--time ${time} is no time of Slurm's: give minutes, or as in 30:00, 2:00:00 or 1-12:00:00`,
    );
  }
  if (asked !== undefined && asked <= 60) {
    throw new UsageError(`--time ${time} is too short: a task saves 60 s before its time is over`);
  }
  const options = resourceOptions(resources);
  try {
    await slurm("sbatch", "--test-only", "--parsable", ...options, "--wrap=true");
  } catch (error) {
    const why = messageOf(error).replace(/^sbatch: /, "");
    if (why === messageOf(error)) throw error;
    throw new UserError(`Slurm takes no task with ${options.join(" ")}: ${why}`, { cause: error });
  }
  // Slurm takes a task that asks for more time than there is, and lets it wait for ever.
  const lines = (await slurm("sinfo", "--noheader", "--format=%P|%l")).split("\n");
  const limits = lines.map((line) => line.trim().split("|"));
  const wanted = (name: string) =>
    partition === undefined ? name.endsWith("*") : name === partition;
  const [name, limit] = limits.find(([name]) => wanted(name) || name === `${partition}*`) ?? [];
  const most = secondsOf(limit ?? "");
  if (asked !== undefined && most !== undefined && asked > most) {
    throw new UserError(
      `--time ${time} is more than the partition ${name!.replace(/\*$/, "")} gives: ${limit}`,
    );
  }
}

/** The seconds of a time as Slurm writes it; undefined where it is none, or no limit. */
export function secondsOf(text: string): number | undefined {
  const [found, days, ...parts] = /^(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?$/.exec(text) ?? [];
  if (found === undefined) return undefined;
  const numbers = parts.filter((part) => part !== undefined).map(Number);
  // With days it begins with hours; otherwise one or two numbers begin with minutes.
  if (days === undefined && numbers.length < 3) numbers.unshift(0);
  const [hours, minutes = 0, seconds = 0] = numbers;
  return ((Number(days ?? 0) * 24 + hours) * 60 + minutes) * 60 + seconds;
}
