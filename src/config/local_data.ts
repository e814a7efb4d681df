import { z } from "zod";
import { type LocalDescription, mostClasses } from "../data/mod.ts";

const count = z.int().min(1);
const side = count.max(65_535);

/** Checks a description that a file has. */
export const localSchema: z.ZodType<LocalDescription> = z.strictObject({
  path: z.string().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  channels: count.max(3),
  height: side,
  width: side,
  classes: z.array(z.string()).min(2).max(mostClasses).readonly(),
  train_count: count,
  validation_count: count,
  test_count: count,
  split_seed: z.int().min(0).optional(),
  image_size: side.optional(),
});
