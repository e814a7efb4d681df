import {
  dataSet,
  type LoadOptions,
  loadTest,
  loadTraining,
  type TrainingData,
} from "../data/mod.ts";
import { messageOf, UsageError, UserError } from "../errors.ts";
import { type AnyModel, type ModelModule, models } from "../models/mod.ts";
import { namesOf } from "../settings/mod.ts";
import { layerTable } from "../nn/mod.ts";
import { program } from "../program.ts";
import { shellPath } from "../shell_word.ts";
import {
  completeConfig,
  contradiction,
  defaultsOf,
  listed,
  optionsSchema,
  recipeConfig,
  type RunOptions,
  type TrainConfig,
  type TrainFlags,
  type TrainSettings,
  withoutValidation,
  withRecipe,
} from "../config/mod.ts";
import { normalizeProblem, refuseForImages, withFigures } from "./image_settings.ts";
import { summaryText } from "./models_command.ts";
import { dryRun } from "./dry_run.ts";
import { lrFind } from "./lr_find.ts";
import { resolve } from "node:path";
import { alone, builtIn, firstFirst, modelOf, probe, type Ranks, recipeOf } from "../train/mod.ts";
import { refuseRanks } from "./together.ts";
import {
  changedModule,
  followRun,
  modelIn,
  readEnvironment,
  readRun,
  refuseOtherData,
  type Reporter,
  restoreModule,
  Run,
  trainRun,
  type TrainRunOptions,
} from "../run/mod.ts";
import { diskFiles } from "../storage/mod.ts";
import { flagName, type Screen } from "../cli/mod.ts";
import { Tensor } from "../tensor/mod.ts";
import { configureThreads } from "../ffi/mod.ts";

/** Does what `train` was asked for; returns the exit code. */
export async function trainCommand(
  flags: TrainFlags,
  screen: Screen,
  reporter?: Reporter,
  own?: ModelModule,
  ranks = alone,
): Promise<number> {
  const { settings, options } = splitFlags(withRecipe(flags), own);
  const other = own && otherModule(flags.recipe, own);
  if (other !== undefined) screen.line(`warning: ${other}`);
  configureThreads(options.threads, ranks.local);
  if (ranks.size > 1 && (options.dryRun || options.lrFind)) {
    throw new UsageError("--dry-run and --lr-find are for one process: leave out mpirun");
  }
  if (options.resume !== undefined) {
    if (options.summary) {
      throw new UsageError("--summary is for a new run: its report has the layers");
    }
    return await resume(options.resume, settings, options, screen, reporter, own, ranks);
  }
  if (options.dryRun && options.lrFind) {
    throw new UsageError("--dry-run and --lr-find each take the place of a run: give one of them");
  }
  const complete = checkedSettings(settings, own?.model);
  const data = await loadInTurn(ranks, { ...options, trainSize: settings.trainSize });
  const config = completeConfig(withFigures(complete, data.train), data.source, own?.model);
  const model = own?.model ?? builtIn(config);
  refuseForData(config, complete, model);
  refuseForImages(config, model, data.train);
  if (options.summary) {
    const { channels, height, width } = data.train;
    screen.line(summaryText(modelOf(config, model), [channels, height, width]));
  }
  if (own !== undefined) {
    const wrong = probe(modelOf(config, model), recipeOf(config, model), data.train);
    if (wrong !== undefined) throw new UserError(`${own.path}: ${wrong}`);
  }
  if (options.dryRun) return await dryRun(config, model, data, options, screen);
  if (options.lrFind) return await lrFind(config, model, data, options, screen);
  refuseRanks(ranks, config, data.digests);
  if (ranks.rank > 0) return await followRun(config, { data, model, ranks });
  Tensor.zeros([1], { device: config.device })[Symbol.dispose](); // before anything is written
  const environment = {
    ...await readEnvironment(config.device, data.digests, ranks.size),
    ...(own && { model_path: resolve(own.path) }),
  };
  using run = Run.create(config, environment, options.outputDir, { ...options, module: own });
  return await trainRun(run, { model, ...runOptions(run, data, options, screen, reporter, ranks) });
}

/** Says that a module is not the one with which a recipe was found; undefined where it is, or nobody knows. */
function otherModule(recipe: string | undefined, { path, digests }: ModelModule) {
  const { modelFiles = {} } = recipe === undefined ? {} : recipeConfig(recipe);
  const [changed] = Object.keys(modelFiles).filter((name) => modelFiles[name] !== digests[name]);
  return changed && `${path} is not the model of ${recipe}: ${changed} differs`;
}

/** Loads what is trained on, in the first process before the others, which find what that downloads. */
const loadInTurn = (ranks: Ranks, options: LoadOptions): Promise<TrainingData> =>
  firstFirst(
    ranks,
    () => loadTraining(ranks.rank === 0 ? options : { ...options, onWarning() {} }),
  );

/** Resumes a run folder from its last checkpoint. */
async function resume(
  path: string,
  settings: Partial<TrainSettings>,
  options: RunOptions,
  screen: Screen,
  reporter: Reporter | undefined,
  own: ModelModule | undefined,
  ranks: Ranks,
): Promise<number> {
  if (options.dryRun) throw new UsageError("--dry-run keeps nothing, so it cannot --resume a run");
  if (options.lrFind) {
    throw new UsageError("--lr-find begins with new weights, so it cannot --resume");
  }
  const record = readRun(path);
  const { folder, config, finished, environment, failure } = record;
  refuseChanges(folder, config, settings, options);
  if (finished) {
    screen.line(`${folder} is finished: nothing to do (${program} evaluate ${folder} shows it)`);
    return 0;
  }
  if (failure !== undefined) screen.line(`warning: ${folder} has failed before: ${failure}`);
  const model = await modelIn(folder, config, own?.path);
  const changed = changedModule(record);
  if (changed !== undefined) screen.line(`warning: ${changed}`);
  const { data: source, trainSize } = config;
  const load = () => loadInTurn(ranks, { ...options, data: source, trainSize });
  if (ranks.rank > 0) {
    const data = await load();
    refuseRanks(ranks, config, data.digests);
    return await followRun(config, { data, model, ranks });
  }
  using run = Run.open(folder, options);
  if (own !== undefined) restoreModule(diskFiles, folder, config, own);
  const data = await load();
  refuseOtherData(folder, environment?.data_sha256 ?? data.digests, data.digests);
  refuseRanks(ranks, config, data.digests);
  return await trainRun(run, { model, ...runOptions(run, data, options, screen, reporter, ranks) });
}

function runOptions(
  { folder }: Run,
  data: TrainRunOptions["data"],
  options: RunOptions,
  screen: Screen,
  reporter: Reporter | undefined,
  ranks: Ranks,
): TrainRunOptions {
  return {
    data,
    loadTest: () => loadTest({ ...options, data: data.source }),
    screen,
    checkpointEvery: options.checkpointEvery,
    maxTime: options.maxTime,
    resumeCommand: `${ranks.size > 1 ? `mpirun -n ${ranks.size} ` : ""}${
      resumeCommand(folder, options)
    }`,
    reporter,
    ranks,
  };
}

/** The command that resumes a run as it was going. */
export function resumeCommand(folder: string, options: RunOptions): string {
  const flags = (["checkpointEvery", "maxTime", "keepLast", "dataDir", "threads"] as const).flatMap(
    (key) => {
      const value = options[key];
      const plain = optionsSchema.shape[key].safeParse(undefined).data;
      return value === plain ? [] : [`--${flagName(key)} ${shellPath(String(value))}`];
    },
  );
  return [`${program} train --resume`, shellPath(folder), ...flags].join(" ");
}

/**
 * Divides what the user gave into settings of the config and options beside it. `own` is the module
 * of a model of one's own, if the flags are of such a one.
 */
export function splitFlags(flags: TrainFlags, own?: ModelModule) {
  const beside = new Set(Object.keys(optionsSchema.shape));
  const entries = Object.entries(flags);
  const settings = entries.filter(([key]) => !beside.has(key));
  const options = Object.fromEntries(entries.filter(([key]) => beside.has(key)));
  return {
    settings: (own ? ownSettings(own, settings) : Object.fromEntries(settings)) as Partial<
      TrainSettings
    >,
    options: optionsSchema.parse(options),
  };
}

/** The settings of a config for a model of one's own, whose settings stand apart there. */
function ownSettings({ model, digests }: ModelModule, settings: [string, unknown][]) {
  const isOwn = ([key]: [string, unknown]) => Object.hasOwn(model.settings, key);
  const given = Object.fromEntries(settings.filter(isOwn));
  return {
    ...Object.fromEntries(settings.filter((entry) => !isOwn(entry))),
    model: model.name,
    modelFiles: digests,
    modelSettings: given,
  };
}

/** The settings of a new run; throws a UsageError where the model is missing or two contradict. */
export function checkedSettings(
  { model, ...others }: Partial<TrainSettings>,
  own?: AnyModel,
): TrainSettings {
  if (model === undefined) throw new UsageError(`--model is missing: ${listed(namesOf(models))}`);
  const settings = { ...others, model };
  if (own === undefined) builtIn({ model });
  const wrong = contradiction(settings, own);
  if (wrong !== undefined) throw new UsageError(wrong);
  return settings;
}

/** Refuses what is right by itself, but not for the images that were found. */
export function refuseForData(config: TrainConfig, settings: TrainSettings, model: AnyModel): void {
  const set = dataSet(config.data);
  const { channels, height, width } = set;
  const large = (["cropPadding", "cutout"] as const)
    .find((key) => config[key] >= Math.min(height, width));
  const wrong = withoutValidation({ ...settings, trainSize: config.trainSize }, [set]) ??
    (large &&
      `--${flagName(large)} ${config[large]} is too much for images of ${height} x ${width}`) ??
    normalizeProblem(config.normalize, channels);
  if (wrong !== undefined) throw new UsageError(wrong);
  if (config.modelFiles !== undefined) return; // a model of one's own says it itself
  try {
    layerTable(modelOf(config, model), [channels, height, width]);
  } catch (error) {
    throw new UsageError(
      `The model ${config.model} is not for images of ${height} x ${width}: ${messageOf(error)}`,
    );
  }
}

function refuseChanges(
  folder: string,
  config: TrainConfig,
  settings: Partial<TrainSettings>,
  { data, imageSize }: RunOptions,
): void {
  // Whether a module's files are those of the run is said apart from its settings.
  const { modelFiles: _, modelSettings, ...others } = settings;
  const asked = {
    ...others,
    ...modelSettings,
    ...(data !== "auto" && { data }),
    ...(imageSize && { imageSize }),
  };
  const { data: was } = config;
  const full: Readonly<Record<string, unknown>> = {
    ...defaultsOf(config),
    ...config,
    ...config.modelSettings,
    ...(typeof was === "string" ? { data: was } : { data: was.path, imageSize: was.image_size }),
  };
  for (const [key, value] of Object.entries(asked)) {
    const was = full[key];
    if (was === value) continue;
    // The figures that it has are those of its training images.
    if (key === "normalize" && value === "train" && was !== "none") continue;
    const flag = flagName(key);
    const given = value === true ? flag : value === false ? `no-${flag}` : `${flag} ${value}`;
    const has = typeof was === "boolean" ? `it ${was ? "on" : "off"}` : was ?? "none";
    throw new UsageError(
      `--${given} contradicts ${folder}, which has ${has}: leave it out, or start a new run`,
    );
  }
}
