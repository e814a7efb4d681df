import { dirname } from "node:path";
import { messageOf, UserError } from "../errors.ts";
import type { TrainConfig } from "../config/mod.ts";
import { type AnyModel, importModel, type ModelModule, moduleDigests } from "../models/mod.ts";
import { program } from "../program.ts";
import { shellPath } from "../shell_word.ts";
import { type Files, readText, writeAtomically } from "../storage/mod.ts";
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
 * The model of a config: wick's own, or the one whose module the run folder has a copy of, or else
 * lies at `path`. Throws a UserError where the files are missing or are not those of the run.
 */
export async function modelIn(
  folder: string,
  config: TrainConfig,
  path?: string,
): Promise<AnyModel> {
  const { modelFiles } = config;
  if (modelFiles === undefined) return builtIn(config);
  const isWhole = hasCopy(folder, modelFiles);
  const copy = mainCopy(folder, modelFiles);
  try {
    return (await importModel(isWhole ? copy : path ?? copy, modelFiles)).model;
  } catch (error) {
    if (isWhole || path !== undefined) throw error;
    if (readText(`${folder}/config.json`) === undefined) { // weights that lie elsewhere
      const [name] = Object.keys(modelFiles);
      throw new UserError(
        `The weights are of a model of its own: name its module, as in --model ${name}`,
      );
    }
    const restore = `${program} report ${shellPath(folder)} --model FILE`;
    throw new UserError(`${messageOf(error)}; ${restore} puts it back from FILE`, { cause: error });
  }
}

/** Copies a run's module into its folder again where the copy there is gone or damaged. */
export function restoreModule(
  files: Files,
  folder: string,
  { modelFiles }: TrainConfig,
  module: ModelModule,
): void {
  if (modelFiles && !hasCopy(folder, modelFiles)) writeModule(files, folder, module);
}

/** Says that the module that a run was begun with has been changed since then. */
export function changedModule({ folder, config, environment }: RunRecord): string | undefined {
  const { modelFiles } = config;
  const { model_path: path } = environment ?? {};
  if (modelFiles === undefined || path === undefined) return undefined;
  if (!hasCopy(folder, modelFiles)) return undefined; // what reads it says so
  const copy = `the copies in ${dirname(mainCopy(folder, modelFiles))} are used`;
  try {
    const changed = changedFile(path, modelFiles);
    return changed && `${changed} has changed since the run began; ${copy}`;
  } catch (error) {
    return `${messageOf(error)}; ${copy}`;
  }
}

type Digests = ModelModule["digests"];

/** The copy of the module itself, which imports the others. */
export const mainCopy = (folder: string, modelFiles: Digests): string =>
  copyOf(folder, Object.keys(modelFiles)[0] ?? "");

/** The first of a module's files that is not the one that it was; undefined where all are. */
function changedFile(path: string, modelFiles: Digests): string | undefined {
  const is = moduleDigests(path);
  return Object.keys(modelFiles).find((file) => is[file] !== modelFiles[file]);
}

function hasCopy(folder: string, modelFiles: Digests): boolean {
  try {
    return changedFile(mainCopy(folder, modelFiles), modelFiles) === undefined;
  } catch {
    return false; // what is wrong with it is said where it is imported
  }
}
