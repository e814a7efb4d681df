import type { ImageFormat } from "../data/mod.ts";
import type { NamedTensor } from "../tensor/mod.ts";
import { commonMagnitude, signedPixels, signedScale } from "./colour_map.ts";
import { type GridImage, gridPicture, inRows } from "./image_grid.ts";

/** The most channels that are shown in each direction. */
const most = 20;

/**
 * The linear model's weights `[classes, channels * height * width]` as an image for each class, or for
 * each colour of each class.
 */
export function weightImagesPicture(
  { tensor }: NamedTensor,
  { channels, height, width, classes }: ImageFormat,
  subtitle: string,
): string {
  const [rows, inputs] = tensor.shape;
  const size = height * width;
  if (tensor.rank !== 2 || inputs !== channels * size || rows !== classes.length) {
    throw new RangeError(`Cannot draw ${tensor} as an image for each of ${classes.length} classes`);
  }
  const values = tensor.numbers();
  const bound = commonMagnitude(values);
  const colours = channels === 3 ? [", red", ", green", ", blue"] : [""];
  const images = classes.flatMap((name, i) =>
    colours.map((colour, c): GridImage => {
      const start = i * inputs + c * size;
      const weights = values.slice(start, start + size);
      return { ...signedPixels(weights, width, height, bound), caption: `${name}${colour}` };
    })
  );
  const title = "What each pixel's brightness adds to the score of a class";
  const below = [signedScale(bound, "speaks against the class", "speaks for the class")];
  return gridPicture({
    title,
    subtitle,
    rows: inRows(images, channels === 3 ? 6 : 5),
    size: 112,
    below,
  });
}

/** The filters of a convolution, `[outputs, inputs, height, width]`: a row for each output. */
export function filtersPicture({ name, tensor }: NamedTensor, subtitle: string): string {
  if (tensor.rank !== 4) throw new RangeError(`Cannot draw ${tensor} as filters`);
  const [outputs, inputs, height, width] = tensor.shape;
  const values = tensor.numbers();
  const bound = commonMagnitude(values);
  const filter = (output: number, input: number): GridImage => {
    const start = (output * inputs + input) * height * width;
    const pixels = signedPixels(values.slice(start, start + height * width), width, height, bound);
    return { ...pixels, tip: `output ${output}, input ${input}` };
  };
  const shown = range(Math.min(outputs, most));
  const rows = inputs === 1
    ? inRows(shown.map((i) => ({ ...filter(i, 0), caption: `${i}` })), 10)
    : shown.map((output) => ({
      name: `output ${output}`,
      images: range(Math.min(inputs, most)).map((input) => filter(output, input)),
    }));
  const some = outputs > most || inputs > most ? `, the first ${most} each way` : "";
  const title = `Filters ${name} [${tensor.shape.join(", ")}]${some}`;
  const below = [signedScale(bound, "negative weight", "positive weight")];
  return gridPicture({ title, subtitle, rows, size: inputs === 1 ? 56 : 32, below });
}

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);
