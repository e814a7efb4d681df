import { z } from "zod";
import { rankedOf } from "../statistics/mod.ts";

const positive = z.number().gt(0).max(1000);
const fraction = z.number().min(0).lt(1);
const seed = z.int().min(0).max(0xffffffff);

/**
 * Everything that decides a run's result, and nothing else: the source of the flags, of `--help`,
 * of validation and of config.json. A setting that has no meaning for a run (`hidden` for the
 * linear model) is absent there.
 */
export const configSchema = z.strictObject({
  model: z.enum(["linear", "nonlinear", "cnn"]).describe("model to train (mlp: nonlinear)"),
  hidden: z.int().min(1).max(65536).optional()
    .describe("hidden features of nonlinear [128], hidden channels of cnn [10]"),
  data: z.enum(["fashion-mnist", "synthetic"]),
  trainSize: z.int().min(1).max(60000)
    .refine((size) => size <= 50000 || size === 60000, "must be up to 50000, or 60000")
    .describe("training images; 60000 leaves none for validation").default(50000),
  epochs: z.int().min(1).max(100000).describe("passes over the training images").default(10),
  batchSize: z.int().min(1).max(60000).describe("images a step").default(32),
  opt: z.enum(["sgd", "adam", "adamw", "rmsprop"]).describe("optimizer").default("sgd"),
  lr: positive.describe("learning rate [0.1; cnn with sgd 0.02; other optimizers 0.001]"),
  momentum: fraction.optional().describe("of sgd [0, cnn 0.9] and rmsprop [0]"),
  nesterov: z.boolean().optional().describe("Nesterov's momentum, for sgd"),
  weightDecay: z.number().min(0).max(10).describe("weight decay [0, adamw 0.01]"),
  lrScheduler: z.enum(["constant", "step", "cosine", "one-cycle"])
    .describe("how the learning rate changes over the run").default("cosine"),
  lrStepSize: z.int().min(1).optional().describe("epochs between the steps of step [3]"),
  lrGamma: positive.max(1).optional().describe("factor at each step of step [0.1]"),
  lrWarmupEpochs: z.int().min(0).describe("epochs of linear warm-up").default(0),
  labelSmoothing: fraction.describe("label smoothing").default(0),
  clipGradNorm: z.number().min(0).describe("largest norm of the gradients, 0 for any").default(0),
  hflip: z.boolean().describe("augment: flip half of the images").default(false),
  cropPadding: z.int().min(0).max(14).describe("augment: shift by up to N pixels").default(0),
  randomErase: z.number().min(0).max(1).describe("augment: chance to erase a part").default(0),
  earlyStopping: z.int().min(0)
    .describe("stop after N epochs without a better one, 0 for never").default(0),
  bestBy: z.enum(rankedOf("val").map(({ label }) => label)).describe("what makes an epoch the best")
    .default("accuracy"),
  seed: seed.describe("seed of all chance").default(42),
  device: z.enum(["cpu", "cuda"]).describe("where to compute").default("cpu"),
});

/** What decides a training besides its model and its data. */
export const recipeSchema = configSchema.omit({
  model: true,
  hidden: true,
  data: true,
  trainSize: true,
});
export type Recipe = z.infer<typeof recipeSchema>;

/** A complete config: everything that decides a run's result. */
export type TrainConfig = z.infer<typeof configSchema>;

/** What a user says of a config: the rest follows from the defaults. */
export type TrainSettings = Omit<z.input<typeof configSchema>, "data" | "lr" | "weightDecay"> & {
  readonly lr?: number;
  readonly weightDecay?: number;
};

/** Fills in the defaults, those that depend on other settings too. `data` is what was found. */
export function completeConfig(
  settings: TrainSettings,
  data: TrainConfig["data"],
): TrainConfig {
  const { model, opt = "sgd", lrScheduler = "cosine" } = settings;
  const convolutional = model === "cnn";
  const sgd = opt === "sgd";
  return configSchema.parse({
    ...(model !== "linear" && { hidden: convolutional ? 10 : 128 }),
    lr: sgd ? (convolutional ? 0.02 : 0.1) : 0.001,
    ...((sgd || opt === "rmsprop") && { momentum: sgd && convolutional ? 0.9 : 0 }),
    ...(sgd && { nesterov: false }),
    weightDecay: defaultWeightDecay(opt),
    ...(lrScheduler === "step" && { lrStepSize: 3, lrGamma: 0.1 }),
    ...settings,
    data,
  });
}

/** AdamW is made to decay weights, the others are not. */
export function defaultWeightDecay(opt: TrainConfig["opt"] = "sgd"): number {
  return opt === "adamw" ? 0.01 : 0;
}

/** Says what is wrong in settings that are each right, but not together; undefined if nothing. */
export function contradiction(settings: TrainSettings): string | undefined {
  const { model, opt = "sgd", lrScheduler = "cosine", epochs = 10, lrWarmupEpochs = 0 } = settings;
  const wrong = (key: keyof TrainSettings, ...allowed: boolean[]) =>
    settings[key] !== undefined && !allowed.includes(true);
  if (wrong("hidden", model !== "linear")) return "--hidden has no meaning for model linear";
  if (wrong("momentum", opt === "sgd", opt === "rmsprop")) return `--momentum is not for ${opt}`;
  if (wrong("nesterov", opt === "sgd")) return `--nesterov is not for ${opt}`;
  if (wrong("lrStepSize", lrScheduler === "step")) {
    return "--lr-step-size is for --lr-scheduler step";
  }
  if (wrong("lrGamma", lrScheduler === "step")) return "--lr-gamma is for --lr-scheduler step";
  const { nesterov, momentum = model === "cnn" ? 0.9 : 0, trainSize, earlyStopping } = settings;
  if (nesterov && momentum === 0) return "--nesterov needs --momentum above 0";
  if (lrWarmupEpochs >= epochs && lrWarmupEpochs > 0) {
    return `--lr-warmup-epochs ${lrWarmupEpochs} must be below --epochs ${epochs}`;
  }
  if (lrWarmupEpochs > 0 && lrScheduler === "one-cycle") {
    return "--lr-warmup-epochs is not for one-cycle, which has a rise of its own";
  }
  if (trainSize === 60000 && earlyStopping) {
    return "--early-stopping needs validation images, which --train-size 60000 leaves none of";
  }
}
