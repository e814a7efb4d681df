import { z } from "zod";
import { configSchema, optionsSchema } from "../config/mod.ts";

const { dataDir, threads } = optionsSchema.shape;

/** Flags of `report`. */
export const reportFlagsSchema = z.strictObject({
  device: configSchema.shape.device,
  dataDir,
  threads,
});

/** What the user said on the command line. */
export type ReportFlags = Partial<z.output<typeof reportFlagsSchema>>;
