import { z } from "zod";
import { configSchema } from "../config/mod.ts";
import { flagName, listed } from "../cli/mod.ts";
import { UsageError } from "../errors.ts";
import { namesOf } from "../settings/mod.ts";
import {
  camelCase,
  type Given,
  pruners,
  rangeOf,
  type samplers,
  seedsOf,
  type StudyRequest,
} from "../study/mod.ts";

const trials = z.int().min(1).optional();

/** How `--help` describes the ways of one kind. */
const titles = (all: typeof samplers | typeof pruners): string =>
  all.map(({ name, title }) => `${name}: ${title}`).join("; ");

/** Flags of a study beside those of `train`. */
export const studyShape = {
  grid: z.boolean().optional().describe("try each combination of values, which is the default"),
  random: trials.describe("try so many trials at random"),
  halton: trials.describe("try so many quasi-random trials (Halton's sequence)"),
  tpe: trials.describe("try so many trials, where good ones are likelier than bad ones (TPE)"),
  pruner: z.enum(namesOf(pruners)).optional().describe(`end trials early: ${titles(pruners)}`),
  seeds: z.int().min(1).max(1000).optional()
    .describe("train each trial with the seeds 1 to N [that of --seed]"),
  round: z.int().min(1).max(10_000).optional()
    .describe("trials that are decided on together, whatever the number of jobs [8]"),
  jobs: z.int().min(1).max(1000).default(1)
    .describe("runs that are trained at a time, each by a process with its share of the cores"),
  launcher: z.enum(["local", "slurm"]).default("local")
    .describe("train on this machine, or in job arrays of Slurm's, of at most --jobs tasks [1000]"),
  partition: z.string().min(1).optional().describe("Slurm's partition"),
  time: z.string().min(1).optional()
    .describe("most time of a task before it saves and is queued again, as 2:00:00"),
  cpus: z.int().min(1).max(1024).optional().describe("processors of a task of Slurm's [1]"),
  mem: z.string().min(1).optional().meta({ placeholder: "SIZE" })
    .describe("memory of a task of Slurm's, as 4G"),
  study: z.string().min(1).optional().meta({ placeholder: "NAME" })
    .describe("name of the study's folder [that of the file, or of what is asked for]"),
  join: z.boolean().optional().describe("help another process that works on the study"),
  test: z.boolean().optional().describe(
    "train one after another and test each run, as train does: off, because what is chosen by its " +
      "test accuracy has a test accuracy that is too good",
  ),
};

/** What a study's flags say, and what is left for `train`. */
export interface StudyArguments {
  readonly request: StudyRequest;
  /** The study file that is named. */
  readonly file?: string;
  /** The arguments that are plain flags. */
  readonly rest: string[];
}

/**
 * Divides the arguments of a study: flags with several values, words `key=values`, the models and the
 * seeds are what it varies. `alias` spells flags in other ways, `own` are keys of modules' settings.
 */
export function studyArguments(
  args: readonly string[],
  alias: Readonly<Record<string, string>>,
  own: readonly string[],
): StudyArguments {
  const { data: _, modelFiles: __, modelSettings: ___, bestBy: ____, ...decisive } =
    configSchema.shape;
  const names = new Map([...Object.keys(decisive), ...own].map((key) => [flagName(key), key]));
  const models: string[] = [];
  const given: Given[] = [];
  const rest: string[] = [];
  let seeds: number[] | undefined;
  let file: string | undefined;
  for (let i = 0; i < args.length; i++) {
    const [, flag, inline] = /^--?([a-z][a-z\d-]*)(?:=(.*))?$/s.exec(args[i]) ?? [];
    const [, word, values] = /^([A-Za-z][\w-]*)=(.*)$/s.exec(args[i]) ?? [];
    if (word !== undefined) {
      given.push({ key: word, value: valueOf(word, values), place: args[i] });
    } else if (flag === undefined) {
      const isFile = /\.(ya?ml|json)$/.test(args[i]) && !args[i - 1]?.startsWith("-");
      if (isFile && file !== undefined) {
        throw new UsageError(`Two study files: ${file}, ${args[i]}`);
      }
      if (isFile) file = args[i];
      else rest.push(args[i]);
    } else {
      const key = names.get(alias[flag] ?? flag);
      const follows = inline ?? args[i + 1];
      const takesValue = key !== undefined && follows !== undefined &&
        (inline !== undefined || !/^--?[a-z]/.test(follows));
      const value = takesValue ? valueOf(`--${flag}`, follows) : undefined;
      const isVaried = Array.isArray(value) ||
        typeof value === "string" && rangeOf(value) !== undefined || own.includes(key ?? "");
      if (value !== undefined && key === "model") models.push(...follows.split(","));
      else if (value !== undefined && key === "seed" && isVaried) seeds = seedsIn(follows);
      else if (value !== undefined && isVaried) {
        given.push({ key: key!, value, place: `--${flag} ${follows}` });
      } else {
        rest.push(args[i]);
        if (inline === undefined && takesValue) rest.push(follows);
        if (inline === undefined && takesValue) i++;
        continue;
      }
      if (inline === undefined) i++;
    }
  }
  const place = `--model ${models.join(",")}`;
  const request = { models: models.map((name) => ({ name, given: [], place })), given, seeds };
  return { request, file, rest };
}

/** `0.1,0.01` is a list, `8..64` stays a range, anything else is one value. */
const valueOf = (name: string, text: string): unknown =>
  text.includes(",") ? listed(name, text).map(scalarOf) : scalarOf(text);

function scalarOf(text: string): string | number | boolean {
  if (text === "true" || text === "false") return text === "true";
  return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

function seedsIn(text: string): number[] {
  const all = listed("--seed", text).map(Number);
  const isSeed = (x: number) => Number.isInteger(x) && x >= 0 && x <= 0xffffffff;
  if (all.every(isSeed)) return [...new Set(all)];
  throw new UsageError(`--seed ${text} must be whole numbers from 0`);
}

/** The flags of a study over what its file says. */
export function withFlags(
  request: StudyRequest,
  flags: Partial<z.output<z.ZodObject<typeof studyShape>>>,
  file?: StudyRequest,
): StudyRequest {
  const asked = (["grid", "random", "halton", "tpe"] as const).filter((name) => flags[name]);
  if (asked.length > 1) {
    throw new UsageError(`--${asked[0]} and --${asked[1]} both say how to choose: give one`);
  }
  const [name] = asked;
  const trials = name === undefined || name === "grid" ? undefined : Number(flags[name]);
  const plain = (name: string) => ({ name, settings: {}, place: `--${name}` });
  return {
    models: request.models.length > 0 ? request.models : file?.models ?? [],
    given: [
      ...(file?.given ?? []).filter(({ key }) =>
        !request.given.some((other) => camelCase(other.key) === camelCase(key))
      ),
      ...request.given,
    ],
    sampler: name === undefined ? file?.sampler : plain(name),
    pruner: flags.pruner === undefined ? file?.pruner : plain(flags.pruner),
    trials: trials ?? file?.trials,
    round: flags.round ?? file?.round,
    seeds: flags.seeds === undefined ? request.seeds ?? file?.seeds : seedsOf(flags.seeds),
    samplerSeed: file?.samplerSeed,
  };
}
