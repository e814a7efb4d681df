import { loadTraining } from "../data/mod.ts";
import { UsageError } from "../errors.ts";
import { completeConfig, configText, type TrainConfig, type TrainFlags } from "../config/mod.ts";
import { configureThreads } from "../ffi/mod.ts";
import type { Screen } from "../cli/mod.ts";
import { type Reporter, type RunRecord, runsIn, type Summary } from "../run/mod.ts";
import { withFigures } from "./image_settings.ts";
import { checkedSettings, splitFlags, trainCommand } from "./train_command.ts";
import { sweepTable } from "../experiment/mod.ts";

/**
 * Trains each of the runs, one after another, and prints a table of them. A run is a pure function
 * of its config, so a run that lies finished in the output folder is not done again, and a run that
 * was interrupted is resumed. Returns the exit code.
 */
export async function sweepCommand(
  runs: readonly TrainFlags[],
  screen: Screen,
  reporter?: Reporter,
): Promise<number> {
  const planned = runs.map((flags) => {
    const { settings: given, options } = splitFlags(flags);
    const settings = checkedSettings(given);
    if (options.resume !== undefined) {
      throw new UsageError("--resume is not for a sweep: the same sweep again resumes it");
    }
    if (options.dryRun) throw new UsageError("--dry-run is not for a sweep");
    return { flags, settings, options };
  });
  const [{ options }] = planned;
  configureThreads(options.threads);
  const { source, train } = await loadTraining(options);
  const summaries: Summary[] = [];
  for (const [index, { flags, settings }] of planned.entries()) {
    const { normalize, trainSize } = settings;
    const images = normalize === "train" && trainSize !== undefined
      ? (await loadTraining({ ...options, data: source, trainSize })).train
      : train;
    const config = completeConfig(withFigures(settings, images), source);
    let run = findRun(options.outputDir, config);
    screen.line(`run ${index + 1} of ${planned.length}: ${run?.folder ?? "new"}`);
    if (run?.summary === undefined) {
      const how = run === undefined ? { data: source } : { resume: run.folder };
      const code = await trainCommand({ ...flags, ...how }, screen, reporter);
      if (code !== 0) return code;
      run = findRun(options.outputDir, config);
    }
    if (run?.summary !== undefined) summaries.push(run.summary);
  }
  screen.line(`\n${sweepTable(summaries)}`);
  return 0;
}

/** The run under `parent` that has this config: a finished one rather than an unfinished one. */
function findRun(parent: string, config: TrainConfig): RunRecord | undefined {
  const text = configText(config);
  const found = runsIn(parent).filter((run) => run.configText === text);
  return found.find(({ finished }) => finished) ?? found.at(-1);
}
