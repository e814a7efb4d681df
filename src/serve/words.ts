import type { Figures } from "../statistics/mod.ts";
import type { FoundRun, RunRecord } from "../run/mod.ts";
import { counted } from "../printable.ts";

/** How far a run is, in a few words: `training 3/10`. */
export function shortState(run: FoundRun): string {
  if (run.state === "damaged" || run.state === "finished") return run.state;
  return `${run.state} ${run.epochs.length}/${run.config.epochs}`;
}

/** How far a run is, as a sentence. */
export function longState(run: RunRecord): string {
  const { state, epochs, config, summary } = run;
  if (state === "finished") {
    return summary?.out_of_time
      ? `Finished after ${epochs.length} of ${counted(config.epochs, "epoch")}: its time was over.`
      : summary?.stopped_early
      ? `Finished after ${epochs.length} of ${
        counted(config.epochs, "epoch")
      }: none of the last was better.`
      : `Finished after ${counted(epochs.length, "epoch")}.`;
  }
  if (state === "untested") {
    const trained = `${epochs.length} of ${counted(config.epochs, "epoch")}`;
    return `A trial of a study, trained for ${trained} and not tested.`;
  }
  const done = epochs.length >= config.epochs;
  if (state === "training") {
    if (done) return run.isTrial ? "Training is done." : "Training is done; the test comes next.";
    return `Training: epoch ${epochs.length + 1} of ${config.epochs}${insideEpoch(run)}.`;
  }
  if (done) return "Interrupted after the last epoch, before the test.";
  return `Interrupted in epoch ${epochs.length + 1} of ${config.epochs}${insideEpoch(run)}.`;
}

/** Where the last checkpoint inside an epoch stands. */
function insideEpoch({ step, epochs, stepsPerEpoch }: RunRecord): string {
  const inside = step - epochs.length * stepsPerEpoch;
  return inside > 0 ? `, saved at step ${inside} of ${stepsPerEpoch}` : "";
}

/** The mean seconds of a run's last epochs, validation left out; undefined before the first. */
export function epochSeconds({ epochs }: RunRecord): number | undefined {
  const times = epochs.slice(-5).flatMap(({ seconds }) => seconds ?? []);
  if (times.length === 0) return undefined;
  return times.reduce((sum, time) => sum + time, 0) / times.length;
}

/** Seconds of training; undefined before the first epoch is complete. */
export function trainingSeconds({ summary, epochs }: RunRecord): number | undefined {
  if (summary !== undefined) return summary.times.training_seconds;
  if (epochs.length === 0) return undefined;
  return epochs.reduce((sum, { seconds = 0 }) => sum + seconds, 0);
}

/** The figures of a run's best epoch and of its test, as far as it has come. */
export function figuresOfRun({ best, summary }: RunRecord): Partial<Figures<"val" | "test">> {
  return { ...best, ...summary };
}
