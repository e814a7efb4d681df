import { messageOf, UserError } from "../errors.ts";
import { dataSet, type ImageFormat, standardSet } from "../data/mod.ts";
import { models } from "../models/mod.ts";
import { build, type Module } from "../nn/mod.ts";
import { named } from "../settings/mod.ts";
import { Random } from "../tensor/mod.ts";
import { choices, parseConfig, settingsOf, type TrainConfig } from "../config/mod.ts";
import { readConfig } from "./run.ts";
import { assignStored, readWeightsFile, type StoredTensor } from "../storage/mod.ts";

/** Trained weights and what is known of where they come from. */
export interface WeightsSource {
  readonly path: string;
  readonly model: string;
  /** The images it was trained on, those of Fashion-MNIST where no config tells. */
  readonly format: ImageFormat;
  readonly tensors: readonly StoredTensor[];
  /** The config they were trained with, where a run or the file itself tells it. */
  readonly config?: TrainConfig;
  /** The epoch they are of, where it is known. */
  readonly epoch?: number;
}

/** The largest weights file that is read, in bytes. */
const sizeLimit = 0x7fffffff;

/** Finds weights: the best ones of a run folder, or a safetensors file (of `model`, if it is not wick's). */
export function findWeights(path: string, model?: string): WeightsSource {
  if (isFolder(path)) {
    const config = readConfig(path);
    refuseOtherModel(path, model, config.model);
    const file = `${path}/checkpoints/best.safetensors`;
    if (!isFile(file)) throw new UserError(`${path} has no weights yet: no epoch is complete`);
    return { ...readFile(file), config, model: config.model, format: formatOf(config) };
  }
  const { tensors, config, epoch } = readFile(path);
  refuseOtherModel(path, model, config?.model);
  const found = model ?? config?.model;
  if (found === undefined) {
    throw new UserError(`${path} does not say of which model it is: add --model NAME`);
  }
  return { path, tensors, config, epoch, model: found, format: formatOf(config) };
}

/** Builds the model of these weights; throws a UserError where they do not fit it. */
export function loadModel(source: WeightsSource, device: "cpu" | "cuda" = "cpu"): Module {
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

function readFile(path: string) {
  let bytes: Uint8Array;
  try {
    const { size } = Deno.statSync(path);
    if (size > sizeLimit) throw new RangeError(`it has more than ${sizeLimit} bytes`);
    bytes = Deno.readFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new UserError(`There is no run folder or weights file ${path}`);
    }
    throw new UserError(`Cannot read ${path}: ${messageOf(error)}`);
  }
  try {
    const { tensors, metadata } = readWeightsFile(bytes);
    const weights = tensors.filter(({ name }) => !/^(optimizer|train)\./.test(name));
    const config = metadata.config === undefined
      ? undefined
      : parseConfig(metadata.config, `the config in ${path}`);
    const epoch = metadata.epoch === undefined ? undefined : Number(metadata.epoch);
    return { path, tensors: weights, config, epoch };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path} is no valid safetensors file: ${messageOf(error)}`);
  }
}

function formatOf(config: TrainConfig | undefined): ImageFormat {
  return config === undefined ? standardSet : dataSet(config.data);
}

function refuseOtherModel(path: string, asked: string | undefined, is: string | undefined): void {
  if (asked !== undefined && is !== undefined && asked !== is) {
    throw new UserError(`${path} is of the model ${is}, not ${asked}`);
  }
}

function isFolder(path: string): boolean {
  return stat(path)?.isDirectory ?? false;
}

function isFile(path: string): boolean {
  return stat(path)?.isFile ?? false;
}

function stat(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    return undefined;
  }
}
