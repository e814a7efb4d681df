import { z } from "zod";
import { configSchema, optionsSchema } from "../config/mod.ts";

const { dataDir, outputDir, threads } = optionsSchema.shape;

/** Flags of `compare`. */
export const compareFlagsSchema = z.strictObject({
  output: z.string().min(1).optional()
    .describe("folder for the comparison as HTML, Markdown, JSON and CSV"),
  outputDir: outputDir.describe("parent of the run folders, where none is named"),
  device: configSchema.shape.device,
  dataDir,
  threads,
});

/** What the user said on the command line. */
export type CompareFlags = Partial<z.output<typeof compareFlagsSchema>>;
