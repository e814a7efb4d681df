import { z } from "zod";
import { optionsSchema } from "../config/mod.ts";

/** Flags of `serve`. */
export const serveFlagsSchema = z.strictObject({
  outputDir: optionsSchema.shape.outputDir,
  host: z.string().regex(/^[\w.:-]+$/, "must be a name or an address")
    .meta({ placeholder: "HOST" })
    .describe("where to listen; 0.0.0.0 lets the whole network read the runs").default("127.0.0.1"),
  port: z.int().min(0).max(65535).describe("port, 0 for any that is free").default(8000),
});
