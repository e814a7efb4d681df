import {
  Checkpoints,
  isFinished,
  parseMetrics,
  readConfig,
  readResults,
  type Results,
} from "../run/mod.ts";
import {
  bestEpoch,
  type EpochMetrics,
  type EpochTime,
  epochTimes,
  metricsFile,
  type RunProgress,
} from "../train/mod.ts";
import { configRecord, type TrainConfig } from "../config/mod.ts";
import { diskFiles, readJson, readText } from "../storage/mod.ts";

/** What a run folder tells of its run, however far that came. */
export interface RunRecord {
  readonly folder: string;
  readonly config: TrainConfig;
  /** environment.json; undefined where there is none. */
  readonly environment: Readonly<Record<string, unknown>> | undefined;
  readonly history: readonly EpochMetrics[];
  /** How long each epoch took; undefined where that is not known. */
  readonly times: readonly (EpochTime | undefined)[];
  readonly best: EpochMetrics | undefined;
  /** Where an unfinished run goes on; undefined for its beginning. */
  readonly progress: RunProgress | undefined;
  /** The figures of a finished run. */
  readonly results: Results | undefined;
  /** When it was finished, in ISO 8601. */
  readonly finished: string | undefined;
}

/**
 * Reads a run folder, also one whose process was killed: then it tells what the last checkpoint
 * does. `tell` hears of checkpoints that cannot be used. Throws a UserError where it is none.
 */
export function readRunRecord(folder: string, tell: (text: string) => void): RunRecord {
  const config = readConfig(folder);
  const metrics = readText(`${folder}/metrics.csv`) ?? "";
  const environment = readJson(`${folder}/environment.json`) as RunRecord["environment"];
  const finished = isFinished(folder);
  const results = finished ? readResults(folder) : undefined;
  const progress = finished ? undefined : lastProgress(folder, config, tell);
  const rows = finished ? metrics : metricsFile(progress?.history ?? [], metrics);
  const history = parseMetrics(rows, `${folder}/metrics.csv`);
  const summary = readJson(`${folder}/summary.json`) as
    | { times?: { finished?: string } }
    | undefined;
  return {
    folder,
    config,
    environment,
    history,
    times: epochTimes(rows),
    best: bestEpoch(history, config.bestBy),
    progress,
    results,
    finished: summary?.times?.finished,
  };
}

function lastProgress(folder: string, config: TrainConfig, tell: (text: string) => void) {
  const text = JSON.stringify(configRecord(config));
  const checkpoints = new Checkpoints(`${folder}/checkpoints`, text, 1, diskFiles);
  const best = ({ history }: RunProgress) => bestEpoch(history, config.bestBy)?.epoch;
  return checkpoints.load(best, tell)?.progress;
}
