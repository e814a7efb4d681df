import { z } from "zod";
import { scalarMath } from "../../tensor/mod.ts";

/** `part` of `whole`, 0 to 1; 1 of nothing. */
export const share = (part: number, whole: number): number =>
  whole <= 0 ? 1 : Math.min(Math.max(part / whole, 0), 1);

/** From `start` at `progress` 0 to `end` at 1, in a line. */
export const line = (start: number, end: number, progress: number): number =>
  start + (end - start) * progress;

/** From `start` at `progress` 0 to `end` at 1, by half a cosine. */
export const halfCosine = (start: number, end: number, progress: number): number =>
  end + (start - end) * ((1 + scalarMath.cos(Math.PI * progress)) / 2);

/** A schedule's setting: the rate that it ends with. */
export const minimum = (): z.ZodDefault<z.ZodNumber> =>
  z.number().min(0).default(0).describe("rate at the end");
