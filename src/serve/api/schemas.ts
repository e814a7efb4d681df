import { z } from "zod";
import { mostClasses } from "../../data/mod.ts";

/** The most images of one request. */
export const mostImages = 256;

/** What stands behind `?` in the address of a prediction. */
export const querySchema = z.strictObject({
  model: z.string().min(1).optional()
    .describe("a run's name, or STUDY/RUN; may be left out where there is one run"),
  top: z.coerce.number<number>().int().min(1).max(mostClasses).optional()
    .describe("how many of the likeliest classes have their probabilities told, likeliest first"),
});

/** Images as JSON; their pixels are checked against the model's format. */
export const imagesSchema = z.strictObject({
  images: z.array(
    z.array(z.any()).describe(
      "whole numbers from 0 to 255, [channels, height, width] as the model sees them, flat or nested",
    ),
  ).min(1).max(mostImages),
});

const probability = z.number().min(0).max(1);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/).describe("SHA-256 of the weights");
const epoch = z.int().nullable().describe("the epoch that left the weights");

/** What a prediction is answered with. */
export const predictionsSchema = z.strictObject({
  model: z.string().describe("the run's name"),
  epoch,
  sha256,
  milliseconds: z.number().min(0).describe("from the request's end until it was predicted"),
  predictions: z.array(z.strictObject({
    class: z.string().describe("the likeliest class"),
    label: z.int().min(0).describe("its index"),
    probability,
    probabilities: z.record(z.string(), probability).describe("of every class, or the top ones"),
  })).describe("of each image, in order"),
});

/** The runs that can predict. */
export const modelsSchema = z.strictObject({
  models: z.array(z.strictObject({
    name: z.string().describe("the run's name"),
    model: z.string().describe("the kind of model"),
    data: z.string().describe("the data set that it was trained on"),
    state: z.string().describe("how the run stands"),
    epoch: z.int().describe("the best epoch so far"),
    shape: z.array(z.int()).describe("channels, height and width of the images that it sees"),
    classes: z.array(z.string()),
    loaded: z.boolean(),
  })),
});

/** What is said where a request is refused. */
export const errorSchema = z.strictObject({ error: z.string().describe("one sentence") });

/** What a server that is well says. */
export const healthSchema = z.strictObject({ status: z.literal("ok") });
