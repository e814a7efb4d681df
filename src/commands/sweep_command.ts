import { z } from "zod";
import { loadTraining } from "../data/mod.ts";
import { messageOf, UsageError, UserError } from "../errors.ts";
import {
  completeConfig,
  configText,
  type TrainConfig,
  type TrainFlags,
  trainFlagsSchema,
  withRecipe,
} from "../config/mod.ts";
import { configureThreads } from "../ffi/mod.ts";
import type { ModelModule } from "../models/mod.ts";
import type { Screen } from "../cli/mod.ts";
import { type Reporter, type RunRecord, runsIn } from "../run/mod.ts";
import { withFigures } from "./image_settings.ts";
import { checkedSettings, splitFlags, trainCommand } from "./train_command.ts";
import { sweepTable, type SweptRun, writeSweep } from "../experiment/mod.ts";
import { NonfiniteError } from "../train/mod.ts";

/** Flags of `sweep`: for each run those of `train`. */
export const sweepFlagsSchema = z.strictObject({
  ...trainFlagsSchema.shape,
  output: z.string().min(1).optional()
    .describe("folder for what became of each run, as CSV and JSON"),
});

/** A run that is asked for: its flags, and the module of its model where that is one's own. */
export interface SweepRun {
  readonly flags: Partial<z.output<typeof sweepFlagsSchema>>;
  readonly own?: ModelModule;
}

/** One run of a sweep as it was asked for. */
interface Planned {
  readonly config: TrainConfig;
  readonly flags: TrainFlags;
  readonly own?: ModelModule;
  /** The parent of the run folders. */
  readonly parent: string;
}

/**
 * Trains each of the runs, one after another, and prints a table of them. A run is a pure function
 * of its config: one that lies in the output folder is not done again, whether it is finished or its
 * loss became NaN, and one that was interrupted is resumed. What a run fails of is told, and the
 * next one follows. Returns the exit code: of the run that a signal stopped; 1 where no run is
 * finished, or one failed for another reason than its config; otherwise 0.
 */
export async function sweepCommand(
  runs: readonly SweepRun[],
  screen: Screen,
  reporter?: Reporter,
): Promise<number> {
  const planned = await plan(runs, screen);
  const swept: SweptRun[] = [];
  let broken = false;
  for (const [index, one] of planned.entries()) {
    const { config, parent } = one;
    try {
      let run = findRun(parent, config);
      screen.line(`run ${index + 1} of ${planned.length}: ${run?.folder ?? "new"}`);
      if (run?.summary === undefined && run?.failure === undefined) {
        const data = typeof config.data === "string" ? config.data : config.data.path;
        const how = run === undefined ? { data } : { resume: run.folder };
        const code = await trainCommand({ ...one.flags, ...how }, screen, reporter, one.own);
        if (code !== 0) {
          screen.line("the same sweep again goes on with its runs");
          return code;
        }
        run = findRun(parent, config);
      }
      swept.push(sweptRun(config, run));
    } catch (error) {
      const { folder } = findRun(parent, config) ?? {};
      swept.push({ config, folder, failure: messageOf(error) });
      broken ||= !(error instanceof NonfiniteError);
    }
    const failure = swept.at(-1)?.failure;
    if (failure !== undefined) screen.line(`failed: ${failure}`);
  }
  screen.line(`\n${sweepTable(swept)}`);
  const [{ flags: { output } }] = runs;
  if (output !== undefined) screen.line(`\n${writeSweep(swept, output)}`);
  return broken || swept.every(({ failure }) => failure !== undefined) ? 1 : 0;
}

/** The runs to do, each config once, however its numbers were written. */
async function plan(runs: readonly SweepRun[], screen: Screen): Promise<Planned[]> {
  const asked = runs.map(({ flags: { output: _, ...given }, own }) => {
    const flags = withRecipe(given);
    const { settings: asked, options } = splitFlags(flags, own);
    const settings = checkedSettings(asked, own?.model);
    if (options.resume !== undefined) {
      throw new UsageError("--resume is not for a sweep: the same sweep again resumes it");
    }
    if (options.dryRun) throw new UsageError("--dry-run is not for a sweep");
    if (options.lrFind) throw new UsageError("--lr-find is not for a sweep");
    return { flags, own, settings, options };
  });
  const [{ options, settings: { trainSize } }] = asked;
  configureThreads(options.threads);
  const { source, train } = await loadTraining({ ...options, trainSize });
  const planned = new Map<string, Planned>();
  for (const { flags, own, settings, options } of asked) {
    const { normalize, trainSize: size } = settings;
    const images = normalize === "train" && size !== trainSize
      ? (await loadTraining({ ...options, trainSize: size })).train
      : train;
    const config = completeConfig(withFigures(settings, images), source, own?.model);
    planned.set(configText(config), { config, flags, own, parent: options.outputDir });
  }
  const twice = runs.length - planned.size;
  if (twice > 0) screen.line(`${twice} of ${runs.length} combinations are named again: done once`);
  return [...planned.values()];
}

/** The run under `parent` that has this config: a finished one rather than an unfinished one. */
function findRun(parent: string, config: TrainConfig): RunRecord | undefined {
  const text = configText(config);
  const found = runsIn(parent).filter((run) => run.configText === text);
  return found.find(({ finished }) => finished) ?? found.at(-1);
}

function sweptRun(config: TrainConfig, run: RunRecord | undefined): SweptRun {
  const { summary, failure, folder } = run ?? {};
  if (summary !== undefined) return { ...summary, config, folder };
  if (failure !== undefined) return { config, folder, failure };
  throw new UserError("the folder of the run is gone");
}
