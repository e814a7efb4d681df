import { interleaved } from "../image/mod.ts";
import { shortPercent } from "../statistics/mod.ts";
import { type ImageSet, shownName } from "../data/mod.ts";
import type { Random } from "../tensor/mod.ts";
import type { Predictions } from "../train/mod.ts";
import { type GridImage, gridPicture, inRows } from "./image_grid.ts";

/** What a gallery says of the images it shows. */
export interface GalleryText {
  /** Whose predictions they are, `cnn, seed 42`; the set's name follows it. */
  readonly model?: string;
  /** How many images it shows at most. */
  readonly count?: number;
}

const columns = 5;
const size = 128;

/** The first images of each class of a set, a row for each class. */
export function sampleSheet(set: ImageSet, perClass = 12): string {
  const rows = set.classes.map((name, label) => {
    const indices: number[] = [];
    for (let i = 0; i < set.count && indices.length < perClass; i++) {
      if (set.labels[i] === label) indices.push(i);
    }
    return {
      name,
      images: indices.map((i) => ({ ...pixelsOf(set, i), tip: `${name}, image ${i}` })),
    };
  });
  const title = `The first ${perClass} images of each class`;
  return gridPicture({ title, subtitle: shownName(set.name), rows, size: 56 });
}

/** The wrongly classified images of whose wrong class the model was surest. */
export function mistakesPicture(
  set: ImageSet,
  predictions: Predictions,
  { model, count = 25 }: GalleryText = {},
): string {
  const { correct, confidence } = predictions;
  const wrong = indicesOf(set).filter((i) => !correct[i]);
  wrong.sort((a, b) => confidence[b] - confidence[a] || a - b);
  const shown = wrong.slice(0, count);
  const title = `The ${shown.length} most confident of ${wrong.length} mistakes`;
  return gallery(title, set, predictions, shown, model);
}

/** Images drawn by chance, with what the model says of them; the wrong ones are framed. */
export function randomPredictionsPicture(
  set: ImageSet,
  predictions: Predictions,
  random: Random,
  { model, count = 25 }: GalleryText = {},
): string {
  const shown = [...random.permutation(set.count).subarray(0, count)];
  const right = shown.filter((i) => predictions.correct[i]).length;
  const title = `${shown.length} images drawn by chance: ${right} are right`;
  return gallery(title, set, predictions, shown, model);
}

function gallery(
  title: string,
  set: ImageSet,
  { predicted, confidence, correct }: Predictions,
  indices: readonly number[],
  model: string | undefined,
): string {
  const images = indices.map((i): GridImage => {
    const is = set.classes[set.labels[i]];
    const said = `${set.classes[predicted[i]]} ${shortPercent(confidence[i])}`;
    return {
      ...pixelsOf(set, i),
      caption: is,
      mark: `${i}`,
      detail: said,
      marked: !correct[i],
      tip: `image ${i} is ${is}, predicted ${said}`,
    };
  });
  const what = "class and number, then prediction and probability";
  const subtitle = [...model ? [model] : [], shownName(set.name), what].join(" · ");
  return gridPicture({ title, subtitle, rows: inRows(images, columns), size });
}

/** The image at `index` of a set. */
export function pixelsOf({ images, channels, width, height }: ImageSet, index: number) {
  const bytes = channels * width * height;
  const data = interleaved(images.subarray(index * bytes, (index + 1) * bytes), channels);
  return { data, width, height };
}

const indicesOf = ({ count }: ImageSet): number[] => Array.from({ length: count }, (_, i) => i);
