import { z } from "zod";
import { Command } from "../src/cli/mod.ts";
import { completeConfig, configText, recipeConfig, type TrainConfig } from "../src/config/mod.ts";
import { loadTest, loadTraining } from "../src/data/mod.ts";
import { runTask, UserError } from "../src/errors.ts";
import { markdownTable } from "../src/html/mod.ts";
import { program } from "../src/program.ts";
import { spread } from "../src/statistics/mod.ts";
import { fromUser } from "../src/user_folder.ts";
import { mainOf } from "../tasks/main.ts";
import { commit, machine } from "./machine.ts";
import { environments, exists, root } from "./peers.ts";

const command = new Command(
  z.strictObject({
    recipe: z.string().min(1).meta({ placeholder: "NAME|PATH" })
      .describe("recipe that is trained").default("best"),
    seeds: z.int().min(1).describe("how many seeds, from 1 on").default(3),
    threads: z.int().min(1).describe("threads of each").default(2),
    epochs: z.int().min(1).optional().describe("other epochs than the recipe's"),
    trainSize: z.int().min(1).optional().describe("other training images than the recipe's"),
    python: z.string().min(1).optional().meta({ placeholder: "PATH" })
      .describe("Python with PyTorch [that of deno task bench --install]"),
    output: z.string().min(1).optional().meta({ placeholder: "PATH" })
      .describe("where to [bench/speedrun.json]"),
  }),
  {
    usage: `${program} speedrun [flags]

Seconds from the start of a process to accuracies on the test images, data loading and evaluation \
included, for wick and for PyTorch, which train the same recipe in turns on this machine.`,
  },
);

/** Accuracies whose time is told. */
export const targets: readonly number[] = [0.88, 0.9, 0.92, 0.93, 0.94];

/** An epoch of a training: when it was evaluated, in seconds from the start of the process. */
export interface Lap {
  readonly seconds: number;
  readonly accuracy: number;
}

/** A side's trainings: a list of laps for each seed. */
export type Runs = Readonly<Record<string, readonly (readonly Lap[])[]>>;

/** When an accuracy was first reached; undefined where it never was. */
export const reachedAt = (laps: readonly Lap[], target: number): number | undefined =>
  laps.find(({ accuracy }) => accuracy >= target)?.seconds;

/**
 * A row a side: mean seconds to each target, with how many seeds reached it where not all did, and the
 * mean accuracy and time at the end.
 */
export function speedrunTable(runs: Runs): string {
  const rows = Object.entries(runs).map(([side, all]) => {
    const times = targets.map((target) => {
      const found = all.flatMap((laps) => reachedAt(laps, target) ?? []);
      if (found.length === 0) return "-";
      const mean = spread(found).mean.toFixed(1);
      return found.length === all.length ? mean : `${mean} (${found.length} of ${all.length})`;
    });
    const ends = all.map((laps) => laps.at(-1)!);
    const [accuracy, seconds] = [
      spread(ends.map(({ accuracy }) => 100 * accuracy)).mean.toFixed(2),
      spread(ends.map(({ seconds }) => seconds)).mean.toFixed(0),
    ];
    return [side, ...times, `${accuracy} % in ${seconds} s`];
  });
  return markdownTable(["", ...targets.map((target) => `${100 * target} %`), "at the end"], rows);
}

/** One process that prints the accuracy after each epoch as a line of JSON. */
async function run(name: string, words: readonly string[], env: Record<string, string>) {
  const began = performance.now();
  const [program, ...args] = words;
  const child = new Deno.Command(program, { args, env, stdout: "piped" }).spawn();
  const laps: Lap[] = [];
  let rest = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    const seconds = (performance.now() - began) / 1000;
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) laps.push({ seconds, ...JSON.parse(line) });
  }
  const { code } = await child.status;
  if (code !== 0 || laps.length === 0) {
    throw new UserError(`The training of ${name} failed (${code})`);
  }
  return laps;
}

/** Lays the images of the recipe out as bare bytes, for PyTorch. */
async function writeImages(folder: string, { data, trainSize }: TrainConfig): Promise<void> {
  const { train } = await loadTraining({ data, trainSize });
  const test = await loadTest({ data });
  for (const [part, { images, labels }] of Object.entries({ train, test })) {
    await Deno.writeFile(`${folder}/${part}-images.u8`, images);
    await Deno.writeFile(`${folder}/${part}-labels.u8`, labels);
  }
}

const main = mainOf(command, async (given) => {
  const { recipe, seeds, threads, epochs, trainSize, python, output } = command.schema.parse(given);
  const named = recipeConfig(recipe);
  const { data, ...settings } = {
    ...named,
    ...(epochs && { epochs }),
    ...(trainSize && { trainSize }),
  };
  const interpreter = python ? fromUser(python) : `${environments}/python/bin/python`;
  if (!exists(interpreter)) {
    throw new UserError(`There is no ${interpreter}: ${program} bench --install, or --python PATH`);
  }
  const folder = await Deno.makeTempDir({ prefix: "wick-speedrun-" });
  try {
    const path = `${folder}/config.json`;
    const sides = {
      wick: [Deno.execPath(), "run", "-q", "-A", `--import-map=${root}.wick/import_map.json`]
        .concat(`${root}bench/speedrun_wick.ts`, path, `${threads}`),
      PyTorch: [interpreter, `${root}bench/peers/pytorch_speedrun.py`, path, `${threads}`, folder],
    };
    const env = { OMP_NUM_THREADS: `${threads}`, PYTHONDONTWRITEBYTECODE: "1" };
    const runs: Record<string, Lap[][]> = { wick: [], PyTorch: [] };
    for (let seed = 1; seed <= seeds; seed++) {
      const config = completeConfig({ ...settings, seed }, data);
      if (seed === 1) await writeImages(folder, config);
      await Deno.writeTextFile(path, configText(config));
      for (const [side, words] of Object.entries(sides)) {
        runs[side].push(await run(side, words, env));
        const { accuracy, seconds } = runs[side].at(-1)!.at(-1)!;
        console.log(
          `${side}, seed ${seed}: ${(100 * accuracy).toFixed(2)} % in ${seconds.toFixed(1)} s`,
        );
      }
    }
    const report = {
      when: new Date().toISOString(),
      commit: await commit(),
      command: ["deno task speedrun", ...Deno.args].join(" "),
      machine: await machine(),
      recipe,
      runs,
    };
    const file = output ? fromUser(output) : `${root}bench/speedrun.json`;
    await Deno.writeTextFile(file, `${JSON.stringify(report, null, 2)}\n`);
    console.log(`\n${speedrunTable(runs)}\n\nWritten to ${file}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

if (import.meta.main) await runTask(main);
