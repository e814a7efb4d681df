import { areaAverage, type Box } from "./area_average.ts";
import type { Picture } from "./picture.ts";
import { type Ground, imageSize, type Preparation } from "./preparation.ts";
import { edgePlaces, flatten } from "./transparency.ts";

/** Longest side in pixels of the copy in which ground and garment are told apart. */
const surveySize = 256;

/** How far a gray value may always be from the ground's and still be ground: 5 % (arXiv 1708.07747). */
const leastTolerance = 13;

/** The part of the largest difference that is ground too: its own shading, and soft shadows. */
const shadingShare = 8;

/** A row or column with fewer garment pixels than one in this many is ground with dust or noise. */
const speck = 64;

/**
 * Makes of a picture an image as Fashion-MNIST has them, `[28, 28]`: the garment in bright gray,
 * centred on a ground of 0, its longer side 28 pixels.
 *
 * A picture of 28 x 28 is taken as it is, for it may be such an image; `ground: "light"` inverts it.
 * Otherwise, after the data set's own recipe (Xiao et al. 2017, arXiv 1708.07747, section 2): the
 * ground is the median of the outermost pixels, light where what differs from it is darker on the
 * whole; grays are stretched away from it, so that it becomes 0, and black (before a light ground)
 * or white (before a dark one) becomes 255; what is ground all along an edge (give or take its
 * shading) is cut off; the rest is scaled by area averaging with its proportions kept, and centred.
 * All of it is arithmetic on whole numbers.
 */
export function prepare(
  given: Picture,
  { raw = false, ground = "auto" }: Preparation = {},
): Uint8Array<ArrayBuffer> {
  const picture = flatten(given, ground);
  const { width, height } = picture;
  const whole = { left: 0, top: 0, right: width, bottom: height };
  if (width === imageSize && height === imageSize && (raw || ground !== "light")) {
    return picture.pixels;
  }
  if (raw) return areaAverage(picture, whole, imageSize, imageSize).pixels;
  if (width === imageSize && height === imageSize) {
    return picture.pixels.map((gray) => 255 - gray);
  }
  const longer = Math.max(width, height);
  const survey = longer <= surveySize
    ? picture
    : areaAverage(picture, whole, ...fit(width, height, surveySize));
  const level = groundLevel(survey, ground);
  const tolerance = toleranceAround(survey, level);
  const light = ground === "auto" ? isDarker(survey, level, tolerance) : ground === "light";
  const box = enlarge(garmentBox(survey, level, tolerance), survey, picture);
  const [wide, high] = fit(box.right - box.left, box.bottom - box.top, imageSize);
  const garment = areaAverage(picture, box, wide, high);
  return centre(garment, stretch(level, light));
}

/** Whether nothing stands out in an image: its grays differ by no more than a ground's own do. */
export function isPlain(image: Uint8Array): boolean {
  const [darkest, brightest] = [Math.min(...image), Math.max(...image)];
  return brightest - darkest <= leastTolerance;
}

/** Width and height with their proportions kept and the longer one `size`, at least 1. */
function fit(width: number, height: number, size: number): [number, number] {
  const longer = Math.max(width, height);
  const scaled = (side: number) =>
    Math.max(1, Math.floor((2 * side * size + longer) / (2 * longer)));
  return [scaled(width), scaled(height)];
}

/** The median of a picture's outermost pixels; of the light or dark ones only, where that is said. */
function groundLevel({ width, height, pixels }: Picture, ground: Ground): number {
  const counts = new Uint32Array(256);
  for (const place of edgePlaces(width, height)) counts[pixels[place]]++;
  if (ground === "light") counts.fill(0, 0, 128);
  if (ground === "dark") counts.fill(0, 128);
  const total = counts.reduce((sum, count) => sum + count);
  if (total === 0) return ground === "light" ? 255 : 0;
  let level = 0;
  for (let below = counts[0]; 2 * below < total; below += counts[level]) level++;
  return level;
}

/** How far a gray value may be from this picture's ground and still be ground. */
function toleranceAround({ pixels }: Picture, level: number): number {
  const most = pixels.reduce((most, gray) => Math.max(most, Math.abs(gray - level)), 0);
  return Math.max(leastTolerance, Math.floor(most / shadingShare));
}

/** Whether what differs from the ground is darker on the whole; a plain picture is by its level. */
function isDarker({ pixels }: Picture, level: number, tolerance: number): boolean {
  let darker = 0;
  for (const gray of pixels) if (Math.abs(gray - level) > tolerance) darker += level - gray;
  return darker === 0 ? level >= 128 : darker > 0;
}

/** The smallest box around all rows and columns that hold more than ground; else the whole. */
function garmentBox(
  { width, height, pixels }: Picture,
  level: number,
  tolerance: number,
): Box {
  const columns = new Uint32Array(width);
  const rows = new Uint32Array(height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (Math.abs(pixels[y * width + x] - level) <= tolerance) continue;
      columns[x]++;
      rows[y]++;
    }
  }
  const inColumns = (count: number) => count * speck > height;
  const inRows = (count: number) => count * speck > width;
  const left = columns.findIndex(inColumns);
  const top = rows.findIndex(inRows);
  if (left < 0 || top < 0) return { left: 0, top: 0, right: width, bottom: height };
  const right = columns.findLastIndex(inColumns) + 1;
  return { left, top, right, bottom: rows.findLastIndex(inRows) + 1 };
}

/** The same box in the picture that the survey is a copy of, outwards to whole pixels. */
function enlarge(box: Box, from: Picture, to: Picture): Box {
  return {
    left: Math.floor(box.left * to.width / from.width),
    top: Math.floor(box.top * to.height / from.height),
    right: Math.ceil(box.right * to.width / from.width),
    bottom: Math.ceil(box.bottom * to.height / from.height),
  };
}

/** For each gray value its distance from the ground, 255 the farthest possible. */
function stretch(level: number, light: boolean): Uint8Array {
  const range = light ? level : 255 - level;
  return Uint8Array.from({ length: 256 }, (_, gray) => {
    const distance = Math.max(0, light ? level - gray : gray - level);
    return range === 0 ? 0 : Math.floor((2 * 255 * distance + range) / (2 * range));
  });
}

/** A picture of at most 28 x 28 in the middle of an image, its grays looked up in `grays`. */
function centre({ width, height, pixels }: Picture, grays: Uint8Array): Uint8Array<ArrayBuffer> {
  const image = new Uint8Array(imageSize * imageSize);
  const left = (imageSize - width) >> 1;
  const top = (imageSize - height) >> 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      image[(top + y) * imageSize + left + x] = grays[pixels[y * width + x]];
    }
  }
  return image;
}
