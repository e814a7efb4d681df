import { WriteError } from "../errors.ts";
import { configRecord, shownConfig, type TrainConfig } from "../config/mod.ts";
import { append, type Files, protobuf, readFile } from "../storage/mod.ts";
import { type Figures, figuresOf } from "../statistics/mod.ts";
import type { EpochMetrics, EpochTime } from "../train/mod.ts";
import { confusionImage } from "./confusion_image.ts";
import { confusionTable } from "./confusion_table.ts";
import {
  beginning,
  ending,
  epochEvents,
  type Events,
  image,
  readEvents,
  restart,
  scalars,
  text,
} from "./events.ts";

const prefix = "events.out.tfevents.";

/** What a run's test gives to its events. */
export interface TestFigures extends Figures<"test"> {
  /** Epochs that were trained. */
  readonly epochs: number;
  /** Counts `[class][prediction]`. */
  readonly confusion_matrix: readonly (readonly number[])[];
  readonly classes: readonly string[];
}

/**
 * The file of a run folder that TensorBoard reads. A process that resumes a run goes on with the
 * file: a mark in it tells an open TensorBoard from which epoch on the file begins again, so that it
 * shows no epoch twice. An epoch does not wait for the disk here: what a crash takes, the next
 * process writes again. What cannot be written is a UserError.
 */
export class EventFile {
  #path: string | undefined;

  constructor(readonly folder: string, readonly files: Files) {}

  /**
   * Brings the file in line with the epochs that are complete. An epoch's time is the run's
   * beginning and the seconds that it and those before it took.
   */
  begin(
    config: TrainConfig,
    begun: Date,
    history: readonly EpochMetrics[],
    times: readonly (EpochTime | undefined)[],
    now: Date,
  ): void {
    const earlier = this.#names();
    const newest = earlier.filter((name) => name.endsWith(".wick")).at(-1);
    const path = `${this.folder}/${newest ?? `${prefix}${Math.floor(secondsOf(now))}.wick`}`;
    writing(path, () => {
      const file = readFile(path) ?? new Uint8Array();
      const known = readEvents(file);
      // The last epoch begins again too: the test's figures may stand beside it.
      const from = Math.max(1, Math.min(known.epoch, history.length));
      const events = known.length === 0
        ? [beginning(shownConfig(configRecord(config)), secondsOf(begun))]
        : [restart(from, Math.max(known.time, secondsOf(begun)))];
      let time = secondsOf(begun);
      history.forEach((metrics, i) => {
        time += times[i]?.seconds ?? 0;
        if (metrics.epoch >= from) events.push(epochEvents(metrics, Math.max(known.time, time)));
      });
      append(this.files, path, protobuf.joined(events), known.length);
      for (const name of earlier) {
        if (name !== newest) this.files.remove(`${this.folder}/${name}`);
      }
    });
    this.#path = path;
  }

  /** Adds an epoch's figures. */
  addEpoch(metrics: EpochMetrics, now: Date): void {
    this.#add(epochEvents(metrics, secondsOf(now)));
  }

  /** Adds the test's figures and the confusion matrix, and says that the run is finished. */
  end(figures: TestFigures, now: Date): void {
    const { epochs, confusion_matrix, classes } = figures;
    const test = figuresOf("test").map(({ key }) => [key, figures[key]] as const);
    const time = secondsOf(now);
    const table = confusionTable(confusion_matrix, classes);
    this.#add(protobuf.joined([
      scalars(Object.fromEntries(test), epochs, time),
      image(confusionImage(confusion_matrix), epochs, time),
      text("confusion_matrix/counts", table, epochs, time),
      ending(time),
    ]));
  }

  #add(events: Events): void {
    const path = this.#path;
    if (path === undefined) throw new RangeError("The event file has not been begun");
    writing(path, () => append(this.files, path, events));
  }

  #names(): string[] {
    const names = [...Deno.readDirSync(this.folder)].map(({ name }) => name);
    return names.filter((name) => /^events\.out\.tfevents\.\d+\.wick(\.tmp)?$/.test(name)).sort();
  }
}

const secondsOf = (time: Date) => time.getTime() / 1000;

function writing(path: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw new WriteError(path, error);
  }
}
