import { z } from "zod";
import {
  checkTrainSize,
  type DataReference,
  type DataSet,
  dataSet,
  dataSets,
  trainingCount,
} from "../data/mod.ts";
import { type AnyModel, models } from "../models/mod.ts";
import { complete, defaultOf, namesOf, schemasOf } from "../settings/mod.ts";
import { rankedOf } from "../statistics/mod.ts";
import { localSchema } from "./local_data.ts";
import { normalizeSchema } from "./normalize.ts";
import { type Choice, choices, chosen, keyOf, keysOf, shapeOf } from "./choices.ts";

const fraction = z.number().min(0).lt(1);
const amount = z.number().min(0).max(100);
const beta = z.number().min(0).max(100)
  .refine((a) => a === 0 || a >= 0.001, "must be 0, or from 0.001 to 100");
const seed = z.int().min(0).max(0xffffffff);
const { model, opt, lrScheduler } = choices;
const title = ({ name, aliases = [], title }: (typeof models)[number]) =>
  `${[name, ...aliases].join(" or ")}: ${title}`;

/**
 * Everything that decides a run's result, and nothing else: the source of the flags, of `--help`,
 * of validation and of config.json. Models, optimizers and schedules bring their own settings. A
 * setting that has no meaning for a run (`hidden` for the linear model) is absent there, and so is
 * one of a spec's `later` settings where it has its default: config.json, and the digests of
 * checkpoints that were made of it, stay what they were before the setting came. The settings of
 * `laterKeys` are left out of files in the same way.
 */
export const configSchema = z.strictObject({
  model: z.string().describe(`model to train (${models.map(title).join("; ")})`),
  ...shapeOf(model),
  modelFiles: z.record(
    z.string(),
    z.string().regex(/^[0-9a-f]{64}$/, "must have a SHA-256 for each file"),
  ).optional()
    .describe("SHA-256 of the files that a model of one's own is made of, its module first"),
  modelSettings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional()
    .describe("settings of a model of one's own"),
  data: z.union([z.enum(namesOf(dataSets)), localSchema], {
    error: ({ input }) =>
      typeof input === "string"
        ? `must be ${namesOf(dataSets).join(", ")}`
        : "must describe a data set",
  }),
  trainSize: z.int().min(1).describe(
    `training images; ${each(({ trainCount }) => `${trainCount}`)} leaves none for validation ` +
      `[${each((set) => `${trainingCount(set)}`)}]`,
  ),
  epochs: z.int().min(1).max(100000).describe("passes over the training images").default(10),
  batchSize: z.int().min(1).max(60000).describe("images a step").default(32),
  opt: z.enum(namesOf(opt.specs)).describe("optimizer").default(opt.standard),
  ...shapeOf(opt),
  decayWeightsOnly: z.boolean().describe("no weight decay of biases and norms").default(false),
  biasLrFactor: z.number().gt(0).max(1000).describe("learning rate of biases, in others'")
    .default(1),
  lookaheadSteps: z.int().min(0).describe("steps between Lookahead's, 0 for none").default(0),
  lookaheadShare: z.number().gt(0).max(1).describe("share of the way that Lookahead goes")
    .default(0.5),
  lrScheduler: z.enum(namesOf(lrScheduler.specs))
    .describe("how the learning rate changes over the run").default(lrScheduler.standard),
  ...shapeOf(lrScheduler),
  lrWarmupEpochs: z.int().min(0).describe("epochs of linear warm-up").default(0),
  labelSmoothing: fraction.describe("label smoothing").default(0),
  clipGradNorm: z.number().min(0).describe("largest norm of the gradients, 0 for any").default(0),
  accumulate: z.int().min(1).max(10000).describe("batches a step, of which it is the mean")
    .default(1),
  shards: z.int().min(1).max(1024)
    .describe("parts of a batch, each with its own batch norm: mpirun's processes divide them")
    .default(1),
  ema: fraction.describe("decay of the averaged weights that are evaluated, 0 for none").default(0),
  hflip: z.boolean().describe("augment: flip half of the images").default(false),
  cropPadding: z.int().min(0).max(14).describe("augment: shift by up to N pixels").default(0),
  randomErase: z.number().min(0).max(1).describe("augment: chance to erase a part").default(0),
  alternatingFlip: z.boolean()
    .describe("augment: flip half of the images, and in the next epoch the others").default(false),
  cutout: z.int().min(0).max(4096).describe("augment: erase a square of N pixels").default(0),
  rotate: z.number().min(0).max(180).describe("augment: turn by up to N degrees").default(0),
  translate: z.number().min(0).max(1).describe("augment: move by up to this share of the size")
    .default(0),
  zoom: fraction.describe("augment: change the size by up to this share").default(0),
  shear: z.number().min(0).lt(90).describe("augment: shear by up to N degrees").default(0),
  brightness: amount.describe("augment: multiply brightness by 1 - this to 1 + this").default(0),
  contrast: amount.describe("augment: change the contrast likewise").default(0),
  saturation: amount.describe("augment: change the saturation of colours likewise").default(0),
  mixup: beta.describe("mix two images by a share of Beta(a, a), 0 for none").default(0),
  cutmix: beta.describe("put a box of another image in, its area of Beta(a, a)").default(0),
  normalize: normalizeSchema,
  tta: z.enum(["none", "mirror"])
    .describe("evaluate with the mean of an image's and its mirror image's scores").default("none"),
  earlyStopping: z.int().min(0)
    .describe("stop after N epochs without a better one, 0 for never").default(0),
  bestBy: z.enum(rankedOf("val").map(({ label }) => label)).describe("what makes an epoch the best")
    .default("accuracy"),
  overfitBatches: z.int().min(0)
    .describe("train on N batches alone, to see whether the model can learn them; 0 for all")
    .default(0),
  seed: seed.describe("seed of all chance").default(42),
  device: z.enum(["cpu", "cuda"]).describe("where to compute").default("cpu"),
});

/** What is said of each data set, with their names where it is not the same of all. */
function each(text: (set: DataSet) => string): string {
  const groups = [...Map.groupBy(dataSets, text)];
  if (groups.length === 1) return groups[0][0];
  return groups.map(([said, sets]) => `${said} (${namesOf(sets).join(", ")})`).join(", ");
}

/** A complete config: everything that decides a run's result. */
export type TrainConfig = z.infer<typeof configSchema>;

/**
 * Settings that came when runs had already been recorded without them: a file states these only where
 * they differ from their default, so that its text stays what it was.
 */
export const laterKeys: readonly (keyof TrainConfig)[] = [
  "decayWeightsOnly",
  "biasLrFactor",
  "lookaheadSteps",
  "lookaheadShare",
  "accumulate",
  "ema",
  "overfitBatches",
  "alternatingFlip",
  "cutout",
  "rotate",
  "translate",
  "zoom",
  "shear",
  "brightness",
  "contrast",
  "saturation",
  "mixup",
  "cutmix",
  "normalize",
  "tta",
  "shards",
];

/** What a user says of a config: the rest follows from the defaults. */
export type TrainSettings = Omit<z.input<typeof configSchema>, "data" | "trainSize"> & {
  readonly trainSize?: number;
};

/** The settings by their keys, as text or a file has them. */
export type Values = Readonly<Record<string, unknown>>;

/**
 * Fills in the defaults, those that depend on other settings too. `data` is what was found, `own`
 * the user's own model. Throws a UsageError where the data have not so many images as are to be
 * trained on.
 */
export function completeConfig(
  settings: TrainSettings,
  data: DataReference,
  own?: AnyModel,
): TrainConfig {
  const config: Record<string, unknown> = {
    ...defaultsOf(settings, own),
    trainSize: trainingCount(dataSet(data)),
    ...defined(settings),
    data,
    ...(own && { modelSettings: complete(own, settings.modelSettings ?? {}) }),
  };
  for (const choice of Object.values(choices)) {
    const spec = chosen(choice, config);
    for (const setting of spec.later ?? []) {
      const key = keyOf(choice, setting);
      if (config[key] === defaultOf(schemasOf(spec)[setting])) delete config[key];
    }
  }
  const result = configSchema.parse(config);
  checkTrainSize(dataSet(data), result.trainSize);
  return result;
}

/** The settings that the chosen one has in a config, under its own names for them. */
export function settingsOf(choice: Choice, config: Values): Values {
  const { settings } = chosen(choice, config);
  const entries = Object.keys(settings).map((name) => [name, config[keyOf(choice, name)]]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** What is taken for settings that the user did not name: the model's own, then each spec's. */
export function defaultsOf(settings: TrainSettings, ownModel?: AnyModel): Values {
  const { defaults: own = {} } = ownModel ?? models.find(({ name }) => name === settings.model) ??
    {};
  const defaults: Record<string, unknown> = { ...own };
  for (const choice of Object.values(choices)) {
    const spec = chosen(choice, { ...own, ...defined(settings) });
    const { model, modelFiles } = settings;
    const isOwn = spec === chosen(choice, { ...own, model, modelFiles });
    for (const key of keysOf(choice)) if (!isOwn) delete defaults[key];
    for (const [name, schema] of Object.entries(schemasOf(spec))) {
      defaults[keyOf(choice, name)] ??= defaultOf(schema);
    }
  }
  return defaults;
}

/** The settings that were given. */
export const defined = (settings: object): Values =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
