import { dirname } from "node:path";
import { messageOf, UserError } from "../errors.ts";
import { type DataSet, dataSet, type ImageFormat, standardSet } from "../data/mod.ts";
import { type AnyModel, importModel, isModulePath } from "../models/mod.ts";
import { builtIn, modelSettings, withInput } from "../train/mod.ts";
import { build, type Module } from "../nn/mod.ts";
import { type Device, Random } from "../tensor/mod.ts";
import { parseConfig, type TrainConfig } from "../config/mod.ts";
import {
  assignStored,
  readFile,
  readWeightsFile,
  type StoredFile,
  type StoredTensor,
} from "../storage/mod.ts";
import { changedModule, modelIn } from "./run_model.ts";
import { readRun } from "./record.ts";
import { embeddedModel, embeddedModule } from "../program.ts";
import { isFolder } from "./run_path.ts";

/** The images that a model sees, and how pictures become such images. */
export type SeenFormat = ImageFormat & Pick<DataSet, "isScaled">;

/** Trained weights and where they come from, as far as it is known. */
export interface WeightsSource {
  readonly path: string;
  readonly model: AnyModel;
  /** The images it was trained on; Fashion-MNIST's where no config tells. */
  readonly format: SeenFormat;
  readonly tensors: readonly StoredTensor[];
  /** The config they were trained with, where a run or the file itself tells it. */
  readonly config?: TrainConfig;
  /** The epoch that left them, where it is known. */
  readonly epoch?: number;
  /** SHA-256 of the files of the data that it was trained on, where a run tells it. */
  readonly dataDigests?: Readonly<Record<string, string>>;
  /** Says that the module that the run was begun with has been changed since then. */
  readonly changed?: string;
}

/** The largest weights file that is read, in bytes. */
const sizeLimit = 0x7fffffff;

/**
 * Finds weights: the best ones of a run folder, or a safetensors file. `asked` names their model, or
 * the module of one's own model, where neither a run folder nor the file tells it.
 */
export async function findWeights(path: string, asked?: string): Promise<WeightsSource> {
  const { folder, ...weights } = isFolder(path) ? bestWeights(path) : weightsFile(path);
  const { config } = weights;
  const inside = path === embeddedModel() ? embeddedModule() : undefined;
  if (inside !== undefined && config !== undefined) {
    // It is one file of the program, as all its modules, and not the files that config.json tells of.
    const { model } = await importModel(inside);
    return { ...weights, model, format: dataSet(config.data) };
  }
  const isModule = asked !== undefined && isModulePath(asked);
  if (isModule && config?.modelFiles !== undefined) {
    return {
      ...weights,
      model: await modelIn(folder, config, asked),
      format: dataSet(config.data),
    };
  }
  const module = isModule ? await importModel(asked) : undefined;
  const name = module?.model.name ?? asked;
  if (name !== undefined && config !== undefined && config.model !== name) {
    throw new UserError(`${path} is of the model ${config.model}, not ${name}`);
  }
  const model = module?.model ?? (config && await modelIn(folder, config)) ??
    namedModel(name, path);
  return { ...weights, model, format: config ? dataSet(config.data) : standardSet };
}

type FoundWeights = Omit<WeightsSource, "model" | "format"> & { readonly folder: string };

function bestWeights(path: string): FoundWeights {
  const record = readRun(path);
  const { folder, config, environment } = record;
  const dataDigests = environment?.data_sha256;
  const weights = readWeights(`${folder}/checkpoints/best.safetensors`);
  const changed = changedModule(record);
  const more = { ...(changed && { changed }), ...(dataDigests && { dataDigests }) };
  if (weights !== undefined) return { ...weights, folder, config, ...more };
  throw new UserError(`${folder} has no weights yet: no epoch is complete`);
}

/** The weights of a file, which may be a checkpoint of a run folder. */
function weightsFile(path: string): FoundWeights {
  const weights = readWeights(path);
  if (weights !== undefined) return { ...weights, folder: dirname(dirname(path)) };
  throw new UserError(`There is no run folder or weights file ${path}`);
}

function namedModel(name: string | undefined, path: string): AnyModel {
  if (name !== undefined) return builtIn({ model: name });
  throw new UserError(`${path} does not say of which model it is: add --model NAME`);
}

/** Builds the model of these weights; throws a UserError where they do not fit it. */
export function loadModel(source: WeightsSource, device: Device = "cpu"): Module {
  const { path, model, tensors, config, format } = source;
  const shapes = (name: string) => tensors.find((tensor) => tensor.name === name)?.shape;
  const settings = config ? modelSettings(config) : model.settingsOf?.(shapes) ?? {};
  const plain = model.of(settings, format);
  const layer = config ? withInput(plain, config) : plain;
  const module = build(layer, new Random(0, "init"), { device });
  try {
    assignStored([...module.parameters, ...module.buffers], tensors);
    return module;
  } catch (error) {
    module[Symbol.dispose]();
    throw new UserError(`${path} does not fit the model ${model.name}: ${messageOf(error)}`);
  }
}

function readWeights(path: string): Omit<FoundWeights, "folder"> | undefined {
  try {
    const bytes = readFile(path, { limit: sizeLimit });
    if (bytes === undefined) return undefined;
    const { tensors, metadata } = weightsOf(bytes, path);
    const weights = tensors.filter(({ name }) => !/^(optimizer|train)\./.test(name));
    const { wick, config, epoch } = metadata;
    if (wick === undefined) return { path, tensors: weights }; // another program's words are its own
    return {
      path,
      tensors: weights,
      ...(config !== undefined && { config: parseConfig(config, `the config in ${path}`) }),
      ...(epoch !== undefined && { epoch: Number(epoch) }),
    };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`Cannot read ${path}: ${messageOf(error)}`);
  }
}

function weightsOf(bytes: Uint8Array, path: string): StoredFile {
  try {
    return readWeightsFile(bytes);
  } catch (error) {
    throw new UserError(`${path} is no valid safetensors file: ${messageOf(error)}`);
  }
}
