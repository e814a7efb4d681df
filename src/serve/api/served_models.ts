import { messageOf, UserError } from "../../errors.ts";
import { bytesOf } from "../../data/mod.ts";
import type { Module } from "../../nn/mod.ts";
import { type Scores, scoresOf } from "../../predict/mod.ts";
import { findWeights, type FoundRun, loadModel, type SeenFormat } from "../../run/mod.ts";
import { findFile, weightsDigest } from "../../storage/mod.ts";
import type { Stores } from "../router.ts";
import { RequestError } from "../request_error.ts";
import { stampOf } from "../run_store.ts";
import { Batcher, type Batching } from "./batcher.ts";

/** Models that stay loaded; the least recently used one makes room for another. */
const mostLoaded = 4;

/** The most images that wait for a model, and the most bytes they may have. */
const [mostImages, mostBytes] = [4096, 64 << 20];

/** Milliseconds between two looks for newer weights. */
const every = 500;

/** Names that a sentence lists. */
const mostNamed = 5;

/** A model of a run that is loaded. */
export interface ServedModel {
  /** `RUN`, or `STUDY/RUN`. */
  readonly name: string;
  readonly format: SeenFormat;
  /** The epoch that left the weights. */
  readonly epoch: number | null;
  /** SHA-256 of the weights. */
  readonly sha256: string;
  readonly batcher: Batcher<Uint8Array, Scores>;
  /** What stands before each class's probability in a reply: `"Bag":`. */
  readonly keys: readonly string[];
}

interface Loaded extends ServedModel {
  readonly module: Module;
  readonly path: string;
  /** Tells the weights' file from a later one. */
  readonly stamp: string;
}

/** What served models stand on. */
export interface ServedModelsOptions extends Batching {
  readonly stores: Stores;
  /** Whether newer weights of a run take the place of loaded ones. */
  readonly watch: boolean;
  onBatch(size: number): void;
  onError(error: unknown): void;
}

/** The models of runs: loaded when they are first asked for, a few at a time. */
export class ServedModels {
  readonly #options: ServedModelsOptions;
  /** The least recently used one first. */
  readonly #loaded = new Map<string, Loaded>();
  readonly #loading = new Map<string, Promise<Loaded>>();
  readonly #retiring = new Set<Promise<void>>();
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  #looking: Promise<void> | undefined;
  /** The stamps of newer weights that could not be read, which is told once. */
  readonly #failed = new Map<string, string>();

  constructor(options: ServedModelsOptions) {
    this.#options = options;
    if (options.watch) {
      this.#timer = setInterval(() => {
        this.#looking ??= this.#look().finally(() => this.#looking = undefined);
      }, every);
    }
  }

  /** The models that are loaded. */
  get loaded(): readonly ServedModel[] {
    return [...this.#loaded.values()];
  }

  /** A model that is loaded. */
  get(name: string): ServedModel | undefined {
    const found = this.#loaded.get(name);
    if (found === undefined) return undefined;
    this.#loaded.delete(name);
    this.#loaded.set(name, found);
    return found;
  }

  /** The model of a run; a RequestError where there is no such run, or it has no weights. */
  async load(name: string): Promise<ServedModel> {
    const known = this.get(name);
    if (known !== undefined) return known;
    const loading = this.#loading.get(name) ??
      this.#load(name).finally(() => this.#loading.delete(name));
    this.#loading.set(name, loading);
    const model = await loading;
    return this.get(name) ?? model;
  }

  /** The name of the only run that can be served; a RequestError where there is another number. */
  async only(): Promise<string> {
    const names = (await this.servable()).map(({ name }) => name);
    if (names.length === 1) return names[0];
    const { folder } = this.#options.stores.runs;
    if (names.length === 0) {
      throw new RequestError(404, `No run in ${folder} has weights yet: train one`);
    }
    const some = names.slice(-mostNamed).map((name) => JSON.stringify(name)).join(", ");
    const more = names.length > mostNamed ? ", ..." : "";
    throw new RequestError(400, `Say which run predicts with ?model=RUN, one of ${some}${more}`);
  }

  /** The runs that have weights. */
  async servable(): Promise<Exclude<FoundRun, { state: "damaged" }>[]> {
    const { runs } = await this.#options.stores.runs.list(1000);
    return runs.flatMap((run) => run.state !== "damaged" && run.best ? [run] : []);
  }

  /** Frees all models when they have nothing left to compute. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
    await Promise.allSettled(this.#loading.values());
    for (const name of [...this.#loaded.keys()]) this.#retire(name);
    await Promise.all(this.#retiring);
  }

  async #load(name: string): Promise<Loaded> {
    const model = await this.#read(name, this.#folderOf(name));
    this.#put(model);
    return model;
  }

  #put(model: Loaded): void {
    this.#retire(model.name);
    this.#loaded.set(model.name, model);
    const [oldest] = this.#loaded.keys();
    if (this.#loaded.size > mostLoaded) this.#retire(oldest);
  }

  /** Lets a model finish what it has, and frees it. */
  #retire(name: string): void {
    const model = this.#loaded.get(name);
    if (model === undefined) return;
    this.#loaded.delete(name);
    // Who has just been given it still submits in this turn.
    const freed = new Promise((resolve) => setImmediate(resolve))
      .then(() => model.batcher.idle())
      .then(() => model.module[Symbol.dispose]());
    this.#retiring.add(freed);
    freed.finally(() => this.#retiring.delete(freed));
  }

  #folderOf(name: string): string {
    const { runs, studies } = this.#options.stores;
    const parts = name.split("/");
    const store = parts.length === 1 ? runs : parts.length === 2 && studies.get(parts[0])?.runs;
    const run = store ? store.get(parts.at(-1)!) : undefined;
    if (run === undefined) {
      throw new RequestError(
        404,
        `There is no run ${JSON.stringify(name)} in ${runs.folder}: GET /v1/models lists the runs`,
      );
    }
    if (run.state === "damaged") {
      throw new RequestError(409, `The run ${JSON.stringify(name)} is damaged: ${run.problem}`);
    }
    return run.folder;
  }

  async #read(name: string, folder: string): Promise<Loaded> {
    const path = `${folder}/checkpoints/best.safetensors`;
    const { text: stamp } = stampOf(path);
    const file = findFile(path, { links: false });
    if (file === undefined) {
      const what = `The run ${JSON.stringify(name)} has no weights yet`;
      throw new RequestError(409, `${what}: wait for the end of its first epoch`, 5);
    }
    file[Symbol.dispose]();
    try {
      const source = await findWeights(folder);
      const { format, epoch = null, tensors } = source;
      const module = loadModel(source);
      const { maxBatch, batchWait, onBatch } = this.#options;
      const batcher = new Batcher<Uint8Array, Scores>({
        maxBatch,
        batchWait,
        mostWaiting: Math.min(mostImages, Math.floor(mostBytes / bytesOf(format))),
        compute: (images) => scoresOf(module, images, format),
        onBatch,
      });
      const sha256 = weightsDigest(tensors);
      const keys = format.classes.map((name) => `${JSON.stringify(name)}:`);
      return { name, format, epoch, sha256, batcher, keys, module, path, stamp };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const what = `The run ${JSON.stringify(name)} cannot be served`;
      throw new RequestError(409, `${what}: ${messageOf(error)}`);
    }
  }

  /** Takes up newer weights; those that cannot be read are told of, and the loaded ones stay. */
  async #look(): Promise<void> {
    for (const { name, path, stamp } of [...this.#loaded.values()]) {
      const { text } = stampOf(path);
      if (text === stamp) continue;
      try {
        const model = await this.#read(name, this.#folderOf(name));
        if (this.#loaded.has(name)) this.#put(model);
        else model.module[Symbol.dispose]();
      } catch (error) {
        if (this.#failed.get(name) !== text) this.#options.onError(error);
        this.#failed.set(name, text);
      }
    }
  }
}
