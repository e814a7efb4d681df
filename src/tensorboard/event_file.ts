import { messageOf, UserError } from "../errors.ts";
import { configRecord, type TrainConfig } from "../config/mod.ts";
import { append, type Files, writeAtomically } from "../storage/mod.ts";
import { type Figures, figuresOf } from "../statistics/mod.ts";
import type { EpochMetrics, EpochTime } from "../train/mod.ts";
import { confusionImage } from "./confusion_image.ts";
import { confusionTable } from "./confusion_table.ts";
import { beginning, ending, epochEvents, type Events, image, scalars, text } from "./events.ts";
import { joined } from "./protobuf.ts";

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
 * The file of a run folder that TensorBoard reads. A process that goes on with a run writes it
 * anew from the run's history, under a later name: so no epoch is in it twice, and a TensorBoard
 * that is open goes over to the new file. An epoch does not wait for the disk here: what a crash
 * takes, the next process writes again. What cannot be written is a UserError.
 */
export class EventFile {
  #path: string | undefined;

  constructor(readonly folder: string, readonly files: Files) {}

  /**
   * Begins the file with the epochs that are complete, and removes earlier ones. An epoch's time is
   * the run's beginning and the seconds that it and those before it took.
   */
  begin(
    config: TrainConfig,
    begun: Date,
    history: readonly EpochMetrics[],
    times: readonly (EpochTime | undefined)[],
    now: Date,
  ): void {
    let time = secondsOf(begun);
    const events = [beginning(configRecord(config), time)];
    history.forEach((metrics, i) => {
      time += times[i]?.seconds ?? 0;
      events.push(epochEvents(metrics, time));
    });
    const earlier = this.#names();
    const later = earlier.map((name) => Number.parseInt(name.slice(prefix.length)) + 1);
    const stamp = Math.max(Math.floor(secondsOf(now)), ...later);
    const path = `${this.folder}/${prefix}${stamp}.wick`;
    writing(path, () => {
      writeAtomically(this.files, path, joined(events));
      for (const name of earlier) this.files.remove(`${this.folder}/${name}`);
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
    this.#add(joined([
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
    return names.filter((name) => /^events\.out\.tfevents\.\d+\.wick(\.tmp)?$/.test(name));
  }
}

const secondsOf = (time: Date) => time.getTime() / 1000;

function writing(path: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw new UserError(`Cannot write ${path}: ${messageOf(error)}`, { cause: error });
  }
}
