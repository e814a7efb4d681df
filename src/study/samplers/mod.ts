/** Ways to choose trials. @module */
import { grid } from "./grid.ts";
import { halton } from "./halton.ts";
import { random } from "./random.ts";
import type { Sampler } from "./sampler.ts";
import { tpe } from "./tpe.ts";

/** The ways to choose trials. */
export const samplers: readonly Sampler[] = [grid, random, halton, tpe];
export { combinationCount, gridValues } from "./grid.ts";
export type { Draws, Observation, Sampler, Sampling } from "./sampler.ts";
