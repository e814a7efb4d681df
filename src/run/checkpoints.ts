import { messageOf, UserError } from "../errors.ts";
import { version } from "../version.ts";
import {
  type Files,
  readFile,
  seal,
  type StoredFile,
  type StoredTensor,
  uninterrupted,
  unseal,
  writeAtomically,
} from "../storage/mod.ts";
import { type Checkpoint, isConsistent, progressSchema, type RunProgress } from "../train/mod.ts";

/** The best weights so far. */
export interface BestWeights {
  readonly tensors: readonly StoredTensor[];
  readonly epoch: number;
}

/**
 * The checkpoints of one run: `last.safetensors`, older ones as `step-<steps>.safetensors`, and
 * `best.safetensors` with weights alone. A file is replaced in one step, after the one before it
 * has been put aside, and is read only when every bit is as it was written.
 */
export class Checkpoints {
  readonly #last: string;
  readonly #best: string;
  #lastStep: number | undefined; // of the file that is last.safetensors, when it is known to be good

  constructor(
    readonly folder: string,
    readonly config: string,
    readonly keep: number,
    readonly files: Files,
  ) {
    this.#last = `${folder}/last.safetensors`;
    this.#best = `${folder}/best.safetensors`;
  }

  /** Saves where a run stands; throws a UserError and keeps the checkpoint before if it cannot. */
  save({ tensors, progress }: Checkpoint): void {
    const metadata = { progress: JSON.stringify(progress) };
    this.#write(this.#last, tensors, metadata, () => {
      const aside = this.#lastStep;
      this.#lastStep = undefined;
      if (aside === undefined || aside === progress.step || this.keep === 1) return;
      uninterrupted(() => this.files.rename(this.#last, this.#pathOf(aside)));
    });
    this.#lastStep = progress.step;
    this.#prune(progress.step);
  }

  /** Saves the weights of the best epoch. */
  saveBest({ tensors, epoch }: BestWeights): void {
    this.#write(this.#best, tensors, { epoch: String(epoch) });
  }

  /**
   * The newest checkpoint that verifies and whose best weights are there, or undefined for the
   * run's beginning. Says through `tell` which files it had to pass over.
   */
  load(bestOf: (progress: RunProgress) => number | undefined, tell: (text: string) => void) {
    const candidates = [this.#last, ...this.#olderSteps().map((step) => this.#pathOf(step))];
    const best = this.#readable(() => this.loadBest());
    let passedOver = false;
    for (const path of candidates) {
      try {
        const checkpoint = this.#read(path);
        if (checkpoint === undefined) continue;
        const needed = bestOf(checkpoint.progress);
        if (needed !== undefined && !(best !== undefined && best.epoch >= needed)) {
          throw new RangeError(`the best weights of epoch ${needed} are missing or damaged`);
        }
        if (path === this.#last) this.#lastStep = checkpoint.progress.step;
        if (passedOver) tell(`Goes on from the one before, of step ${checkpoint.progress.step}`);
        return checkpoint;
      } catch (error) {
        if (error instanceof UserError) throw error;
        tell(`Cannot use ${path}: ${messageOf(error)}`);
        passedOver = true;
      }
    }
    if (passedOver) tell("No checkpoint is usable: begins again at step 0");
  }

  /** The best weights; throws a RangeError where the file is not as it was written. */
  loadBest(): BestWeights | undefined {
    const content = this.#open(this.#best);
    return content && { tensors: content.tensors, epoch: Number(content.metadata.epoch) };
  }

  #readable<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (error instanceof UserError) throw error;
      return undefined;
    }
  }

  #read(path: string): Checkpoint | undefined {
    const content = this.#open(path);
    if (content === undefined) return undefined;
    const { tensors, metadata } = content;
    const progress = progressSchema.safeParse(JSON.parse(metadata.progress ?? "null"));
    if (!progress.success) throw new RangeError("it does not say where the run stands");
    if (!isConsistent(progress.data)) throw new RangeError("its counts contradict each other");
    return { tensors, progress: progress.data };
  }

  #open(path: string): StoredFile | undefined {
    const bytes = this.#bytes(path);
    if (bytes === undefined) return undefined;
    const content = unseal(bytes);
    if (content.metadata.config !== this.config) {
      throw new UserError(
        `${path} was written with another config: config.json must not be changed after the start`,
      );
    }
    return content;
  }

  #bytes(path: string): Uint8Array | undefined {
    try {
      return readFile(path);
    } catch (error) {
      throw new UserError(`Cannot read ${path}: ${messageOf(error)}`);
    }
  }

  #write(
    path: string,
    tensors: readonly StoredTensor[],
    metadata: Record<string, string>,
    beforeRename?: () => void,
  ): void {
    try {
      const bytes = seal(tensors, { wick: version, config: this.config, ...metadata });
      writeAtomically(this.files, path, bytes, beforeRename);
    } catch (error) {
      throw new UserError(
        `Cannot save ${path}: ${messageOf(error)}; the checkpoint before it is untouched`,
        { cause: error },
      );
    }
  }

  #pathOf(step: number): string {
    return `${this.folder}/step-${String(step).padStart(8, "0")}.safetensors`;
  }

  /** Steps of the checkpoints that were put aside, newest first. */
  #olderSteps(): number[] {
    const names = [...Deno.readDirSync(this.folder)].map(({ name }) => name);
    const steps = names.map((name) => /^step-(\d+)\.safetensors$/.exec(name)?.[1]);
    return steps.filter((step) => step !== undefined).map(Number).sort((a, b) => b - a);
  }

  #prune(step: number): void {
    const older = this.#olderSteps();
    const past = older.filter((other) => other < step);
    const kept = past.slice(0, this.keep - 1);
    for (const other of older.filter((each) => !kept.includes(each))) {
      try {
        this.files.remove(this.#pathOf(other));
      } catch {
        // It stays: a checkpoint too many harms nothing.
      }
    }
  }
}
