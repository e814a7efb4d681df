import { z } from "zod";

/** Mean and standard deviation of each channel. */
interface Figures {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

const number = String.raw`-?\d+(\.\d+)?(e-?\d+)?`;
const pair = `${number}:${number}`;
const colours = "0.49:0.25/0.48:0.24/0.45:0.26";

/**
 * What pixels are standardized by: `none`, `train` for the figures of the training images, or the
 * figures themselves, which is what a run records.
 */
export const normalizeSchema: z.ZodDefault<z.ZodString> = z.string()
  .regex(
    new RegExp(`^(none|train|${pair}(/${pair})*)$`),
    `must be none, train, MEAN:STD for gray images, or for colours three of them, ${colours}`,
  )
  .refine(
    (text) => !text.split("/").some((pair) => Number(pair.split(":")[1]) === 0),
    "must have no standard deviation of 0",
  )
  .meta({ placeholder: "none|train|MEAN:STD" })
  .describe(
    `standardize pixels: by the training images' figures (train) or given ones (${colours})`,
  )
  .default("none");

/** The text of figures: a number reads back as itself. */
export const figuresText = ({ mean, std }: Figures): string =>
  mean.map((value, channel) => `${value}:${std[channel]}`).join("/");

/** The figures of a text; undefined for `none`. Throws RangeError where they are not known yet. */
export function figuresOfText(text: string): Figures | undefined {
  if (text === "none") return undefined;
  if (text === "train") throw new RangeError("The figures of the training images are not known");
  const pairs = text.split("/").map((pair) => pair.split(":").map(Number));
  return { mean: pairs.map(([mean]) => mean!), std: pairs.map(([, std]) => std!) };
}
