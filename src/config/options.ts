import { z } from "zod";
import { dataSets, isDataPath } from "../data/mod.ts";
import { namesOf } from "../settings/mod.ts";
import { ownFolder } from "../user_folder.ts";
import { configSchema } from "./config.ts";
import { recipeNames } from "./recipe_files.ts";

const names = ["auto", ...namesOf(dataSets)];

/** Where and how a run is done; nothing here changes the result. */
export const optionsSchema = z.strictObject({
  recipe: z.string().min(1).optional().meta({ placeholder: "NAME|PATH" }).describe(
    `settings of a recipe (${
      recipeNames.join(", ")
    }) or of a config file; other flags override them`,
  ),
  data: z.string().refine(
    (text) => names.includes(text) || isDataPath(text),
    `must be ${names.join(", ")} or a path such as ./pictures`,
  ).meta({ placeholder: "NAME|PATH" })
    .describe(
      `${names.join(", ")} (auto: the real set, or synthetic where it cannot be had), or data of ` +
        "your own: a folder with a folder of pictures for each class, or with IDX or CSV files, or " +
        "a file .npz or .csv",
    ).default("auto"),
  imageSize: z.int().min(1).max(4096).optional()
    .describe("height and width that your own pictures are scaled to [their own]"),
  dataDir: z.string().min(1).optional().meta({ placeholder: "FOLDER" })
    .describe("folder of the data files [FASHION_MNIST_DIR, then data]"),
  outputDir: z.string().min(1).meta({ placeholder: "FOLDER" }).describe("parent of the run folders")
    .default(() => ownFolder("runs")),
  threads: z.int().min(0).max(1024)
    .describe(
      "threads, of which no more run than there are CPUs; 0 for one a physical core that may be used, " +
        "or fewer while fewer train faster",
    ).default(0),
  checkpointEvery: z.string().regex(/^[1-9]\d{0,8}s?$/, "must be steps (50) or seconds (30s)")
    .optional().meta({ placeholder: "N|Ns" })
    .describe("also save every so many steps (50) or seconds (30s)"),
  keepLast: z.int().min(1).max(1000).describe("checkpoints to keep").default(2),
  resume: z.string().min(1).optional().meta({ placeholder: "RUN_FOLDER" })
    .describe("resume the run of this folder"),
  summary: z.boolean().optional().describe("print the model's layers before training"),
  maxTime: z.string().regex(/^\d{1,6}(\.\d{1,3})?[smh]$/, "must be a time (90s, 30m or 2h)")
    .optional().meta({ placeholder: "TIME" })
    .describe("end after so much time of this process (90s, 30m, 2h), as early stopping does"),
  lrFind: z.boolean().optional()
    .describe("try learning rates from low to high, a step each: a table and a report, no run"),
  dryRun: z.boolean().optional().describe("one batch of everything, nothing kept"),
});

/** How a run is done, with its defaults. */
export type RunOptions = z.output<typeof optionsSchema>;

/** Every flag of `train`: the settings of the config, and the options beside them. */
export const trainFlagsSchema = z.strictObject({
  ...configSchema.omit({ modelFiles: true, modelSettings: true })
    .partial({ model: true, trainSize: true }).shape,
  ...optionsSchema.shape,
});

/** What the user said on the command line, without defaults. */
export type TrainFlags = Partial<z.output<typeof trainFlagsSchema>>;
