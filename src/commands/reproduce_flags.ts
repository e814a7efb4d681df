import { z } from "zod";
import { optionsSchema } from "../config/mod.ts";

const { dataDir, threads } = optionsSchema.shape;

/** Flags of `reproduce`. */
export const reproduceFlagsSchema = z.strictObject({
  dataDir,
  threads,
  write: z.string().min(1).optional().describe("results file to write when it is identical"),
});

/** What the user said on the command line. */
export type ReproduceFlags = Partial<z.output<typeof reproduceFlagsSchema>>;
