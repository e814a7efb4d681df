import { z } from "zod";
import { configSchema, optionsSchema } from "../config/mod.ts";

const { data, dataDir, threads } = optionsSchema.shape;

/** Flags of `evaluate`. */
export const evaluateFlagsSchema = z.strictObject({
  split: z.enum(["test", "validation", "train"]).describe("images to evaluate on").default("test"),
  model: configSchema.shape.model.optional()
    .describe("model of a weights file that does not say it"),
  json: z.boolean().optional().describe("print JSON"),
  device: configSchema.shape.device,
  data,
  dataDir,
  threads,
});

/** What the user said on the command line. */
export type EvaluateFlags = Partial<z.output<typeof evaluateFlagsSchema>>;
