import { dirname } from "node:path";
import { messageOf } from "../errors.ts";
import type { TrainConfig } from "../config/mod.ts";
import { type AnyModel, importModel, type ModelModule, moduleDigests } from "../models/mod.ts";
import { type Files, writeAtomically } from "../storage/mod.ts";
import { builtIn } from "../train/mod.ts";
import type { RunRecord } from "./record.ts";

/** Where a run folder has a copy of a file of its own model's module. */
const copyOf = (folder: string, name: string): string => `${folder}/model/${name}`;

/** Copies a module into a new run folder. */
export function writeModule(files: Files, folder: string, { files: module }: ModelModule): void {
  for (const [name, bytes] of module) {
    const path = copyOf(folder, name);
    Deno.mkdirSync(dirname(path), { recursive: true });
    writeAtomically(files, path, bytes);
  }
}

/**
 * The model of a config: wick's own, or the one whose module the run folder has a copy of. Throws a
 * UserError where the copy is missing or has been changed.
 */
export async function modelIn(folder: string, config: TrainConfig): Promise<AnyModel> {
  const { modelFiles } = config;
  if (modelFiles === undefined) return builtIn(config);
  const [name = ""] = Object.keys(modelFiles);
  const { model } = await importModel(copyOf(folder, name), modelFiles);
  return model;
}

/** Says that the module that a run was begun with has been changed since then. */
export function changedModule({ folder, config, environment }: RunRecord): string | undefined {
  const { modelFiles } = config;
  const { model_path: path } = environment ?? {};
  if (modelFiles === undefined || path === undefined) return undefined;
  const [name = ""] = Object.keys(modelFiles);
  const copy = `the copies in ${dirname(copyOf(folder, name))} are used`;
  try {
    const is = moduleDigests(path);
    const changed = Object.keys(modelFiles).find((file) => is[file] !== modelFiles[file]);
    return changed === undefined
      ? undefined
      : `${changed} has changed since the run began; ${copy}`;
  } catch (error) {
    return `${messageOf(error)}; ${copy}`;
  }
}
