import { z } from "zod";

/** Settings that several optimizers share, so that a flag has one meaning and one range. */
type Setting = (fallback: number) => z.ZodDefault<z.ZodNumber>;

const fraction = z.number().min(0).lt(1);

/** What an update is multiplied by. */
export const lr: Setting = (fallback) =>
  z.number().gt(0).max(1000).default(fallback).describe("learning rate");

/** Share of the last update that is kept. */
export const momentum: Setting = (fallback) =>
  fraction.default(fallback).describe("share of the last update that is kept");

/** Share of the weights that is taken from them, or added to their gradients. */
export const weightDecay: Setting = (fallback) =>
  z.number().min(0).max(10).default(fallback).describe("weight decay");

/** How much of a running mean is kept in a step. */
export const decay = (what: string): Setting => (fallback) =>
  fraction.default(fallback).describe(`decay of the ${what}`);

/** Added to the denominator. */
export const eps: Setting = (fallback) =>
  z.number().min(0).max(1).default(fallback).describe("added to the denominator");
