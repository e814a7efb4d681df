import { z } from "zod";

/**
 * Share of images that skip the last block of a residual network in training; the l-th of L blocks is
 * skipped with l / L of it (arXiv 1603.09382, section 3, the linear decay rule).
 */
export const stochasticDepth: z.ZodDefault<z.ZodNumber> = z.number().min(0).lt(1).default(0)
  .describe("stochastic depth: share of images that skip the last block");
