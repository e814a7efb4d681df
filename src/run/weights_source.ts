import { messageOf, UserError } from "../errors.ts";
import { type DataSet, dataSet, type ImageFormat, standardSet } from "../data/mod.ts";
import { models } from "../models/mod.ts";
import { build, type Module } from "../nn/mod.ts";
import { named } from "../settings/mod.ts";
import { type Device, Random } from "../tensor/mod.ts";
import { choices, parseConfig, settingsOf, type TrainConfig } from "../config/mod.ts";
import {
  assignStored,
  readFile,
  readWeightsFile,
  type StoredFile,
  type StoredTensor,
} from "../storage/mod.ts";
import { readRun } from "./record.ts";
import { isFolder } from "./run_path.ts";

/** The images that a model sees, and how pictures become such images. */
export type SeenFormat = ImageFormat & Pick<DataSet, "isScaled">;

/** Trained weights and where they come from, as far as it is known. */
export interface WeightsSource {
  readonly path: string;
  readonly model: string;
  /** The images it was trained on; Fashion-MNIST's where no config tells. */
  readonly format: SeenFormat;
  readonly tensors: readonly StoredTensor[];
  /** The config they were trained with, where a run or the file itself tells it. */
  readonly config?: TrainConfig;
  /** The epoch that left them, where it is known. */
  readonly epoch?: number;
}

/** The largest weights file that is read, in bytes. */
const sizeLimit = 0x7fffffff;

/** Finds weights: the best ones of a run folder, or a safetensors file (of `model`, if it is not wick's). */
export function findWeights(path: string, model?: string): WeightsSource {
  if (isFolder(path)) {
    const { folder, config } = readRun(path);
    refuseOtherModel(folder, model, config.model);
    const weights = readWeights(`${folder}/checkpoints/best.safetensors`);
    if (weights === undefined) {
      throw new UserError(`${folder} has no weights yet: no epoch is complete`);
    }
    return { ...weights, config, model: config.model, format: formatOf(config) };
  }
  const weights = readWeights(path);
  if (weights === undefined) {
    throw new UserError(`There is no run folder or weights file ${path}`);
  }
  refuseOtherModel(path, model, weights.config?.model);
  const found = model ?? weights.config?.model;
  if (found === undefined) {
    throw new UserError(`${path} does not say of which model it is: add --model NAME`);
  }
  return { ...weights, model: found, format: formatOf(weights.config) };
}

/** Builds the model of these weights; throws a UserError where they do not fit it. */
export function loadModel(source: WeightsSource, device: Device = "cpu"): Module {
  const { path, model, tensors, config, format } = source;
  const spec = named("model", models, model);
  const shapes = (name: string) => tensors.find((tensor) => tensor.name === name)?.shape;
  const settings = config ? settingsOf(choices.model, config) : spec.settingsOf?.(shapes) ?? {};
  const module = build(spec.of(settings, format), new Random(0, "init"), { device });
  try {
    assignStored([...module.parameters, ...module.buffers], tensors);
    return module;
  } catch (error) {
    module[Symbol.dispose]();
    throw new UserError(`${path} does not fit the model ${model}: ${messageOf(error)}`);
  }
}

function readWeights(path: string): Omit<WeightsSource, "model" | "format"> | undefined {
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

function formatOf(config: TrainConfig | undefined): SeenFormat {
  return config === undefined ? standardSet : dataSet(config.data);
}

function refuseOtherModel(path: string, asked: string | undefined, is: string | undefined): void {
  if (asked !== undefined && is !== undefined && asked !== is) {
    throw new UserError(`${path} is of the model ${is}, not ${asked}`);
  }
}
