import { z } from "zod";
import { dataSets } from "../data/mod.ts";
import { grounds } from "../image/mod.ts";
import { configSchema, optionsSchema } from "../config/mod.ts";

const picturePath = (...endings: string[]) =>
  z.string().regex(new RegExp(`\\.(${endings.join("|")})$`, "i"), {
    error: `must end in .${endings.join(" or .")}`,
  });

/** Flags of `predict`. */
export const predictFlagsSchema = z.strictObject({
  top: z.int().min(1).max(Math.max(...dataSets.map(({ classes }) => classes.length)))
    .describe("classes to name, likeliest first").default(3),
  json: z.boolean().optional().describe("print JSON"),
  raw: z.boolean().optional()
    .describe("take a picture as it is, only scaled to 28 x 28"),
  ground: z.enum(grounds).describe("what lies behind the garment").default("auto"),
  show: z.boolean().optional().describe("show the 28 x 28 that the model sees"),
  seen: picturePath("png").optional()
    .describe("write the 28 x 28 that the model sees (.png; of one image)"),
  saliency: picturePath("png", "svg").optional()
    .describe("write which pixels move the score most (.png or .svg; of one image)"),
  model: configSchema.shape.model.optional()
    .describe("model of a weights file that does not say it"),
  device: configSchema.shape.device,
  threads: optionsSchema.shape.threads,
});

/** What the user said on the command line. */
export type PredictFlags = Partial<z.output<typeof predictFlagsSchema>>;
