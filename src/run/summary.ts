import { z } from "zod";
import { epochMetricsSchema, figuresShape } from "../train/mod.ts";

/** A SHA-256 in hexadecimal digits. */
export const digestSchema = z.string().regex(/^[0-9a-f]{64}$/);

/** What is measured at the end of a run, once, with the best weights. */
export const figuresSchema = z.object({
  ...figuresShape("test"),
  test_correct: z.int(),
  test_count: z.int(),
  /** Counts `[class][prediction]` on the test set. */
  confusion_matrix: z.array(z.array(z.int()).readonly()).readonly(),
  /** The digest of the last weights. */
  weights_sha256: digestSchema,
  best_weights_sha256: digestSchema,
});

/** Digests of data files, or of synthetic pixels, by their names. */
export const dataDigestsSchema = z.record(z.string(), digestSchema);

/** A finished run's figures: summary.json. */
export const summarySchema = z.object({
  name: z.string(),
  config: z.record(z.string(), z.unknown()),
  /** `synthetic` figures say nothing about Fashion-MNIST. */
  data: z.string(),
  /** Trained numbers. */
  parameters: z.int(),
  /** Complete epochs. */
  epochs: z.int(),
  steps: z.int(),
  stopped_early: z.boolean(),
  /** Its time was over: config and data alone do not give this result. */
  out_of_time: z.boolean().optional(),
  best: epochMetricsSchema,
  last: epochMetricsSchema,
  ...figuresSchema.shape,
  classes: z.array(z.string()).readonly(),
  data_sha256: dataDigestsSchema,
  times: z.object({ training_seconds: z.number(), finished: z.iso.datetime() }),
});
export type Summary = z.infer<typeof summarySchema>;

/** The figures of a summary that do not depend on where and when a run was done. */
export type Result = Omit<Summary, "name" | "times">;
