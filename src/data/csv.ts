import { UserError } from "../errors.ts";
import { type ImageSet, imageSet, mostClasses } from "./image_set.ts";

/**
 * Reads square gray images from CSV, a line an image: `label,pixel,pixel,...` with gray values of 0
 * (background) to 255. A first line without any number, `label,pixel0,...`, is a header; where it calls
 * another column than the first `label`, the labels are there. The classes
 * are the labels that occur, numbers by their size and words by the alphabet, or `known`. Throws
 * {@linkcode UserError}, which begins with `name` and the line that is wrong.
 */
export function readCsv(
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
  known?: readonly string[],
): ImageSet {
  const words: string[] = [];
  const places: number[] = [];
  let images = new Uint8Array();
  let pixels = 0;
  let labelColumn = 0;
  for (const { place, cells } of rowsOf(bytes)) {
    const [label] = cells.splice(Math.min(labelColumn, cells.length - 1), 1);
    const where = `${name}, line ${place}`;
    if (words.length === 0) {
      if (place === 1 && cells.length > 0 && !cells.some(isNumber)) {
        labelColumn = Math.max(0, [label, ...cells].findIndex((cell) => /^label$/i.test(cell)));
        continue;
      }
      pixels = cells.length;
      const [other] = pixels === 0 ? /[;\t|]/.exec(label) ?? [] : [];
      if (other !== undefined) {
        throw new UserError(
          `${where}: cells are separated by ${JSON.stringify(other)}; save them with commas.`,
        );
      }
      if (pixels === 0 || !Number.isInteger(Math.sqrt(pixels))) {
        throw new UserError(
          `${where}: a label and ${pixels} pixels, which are no square; 784 are 28 x 28.`,
        );
      }
      images = new Uint8Array(pixels * countOf(bytes, 0x0a) + pixels);
    }
    if (label === "") throw new UserError(`${where}: the label is missing.`);
    if (cells.length !== pixels) {
      throw new UserError(`${where}: a label and ${cells.length} pixels instead of ${pixels}.`);
    }
    const wrong = cells.findIndex((cell) => !isPixel(cell));
    if (wrong >= 0) {
      throw new UserError(
        `${where}: pixel ${wrong + 1} is ${
          JSON.stringify(cells[wrong])
        }, not a whole number from 0 to 255.`,
      );
    }
    images.set(cells.map(Number), pixels * words.length);
    words.push(label);
    places.push(place);
  }
  if (words.length === 0) throw new UserError(`${name} holds no images.`);
  const classes = known ?? inOrder(new Set(words));
  if (classes.length > mostClasses) {
    throw new UserError(`${name} has ${classes.length} labels; ${mostClasses} are the most.`);
  }
  const indices = new Map(classes.map((label, index) => [label, index]));
  const labels = Uint8Array.from(words, (word, i) => {
    const index = indices.get(word);
    if (index === undefined) {
      throw new UserError(
        `${name}, line ${places[i]}: the label ${
          JSON.stringify(word)
        } is none of the training images.`,
      );
    }
    return index;
  });
  const side = Math.sqrt(pixels);
  const format = { channels: 1, height: side, width: side, classes };
  return imageSet(name, images.slice(0, pixels * words.length), labels, format);
}

/** The lines that are not empty, counted from 1, without the quotes around whole cells. */
function* rowsOf(bytes: Uint8Array<ArrayBuffer>): Generator<{ place: number; cells: string[] }> {
  const decoder = new TextDecoder();
  let place = 0;
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(0x0a, start);
    const end = found < 0 ? bytes.length : found;
    const line = decoder.decode(bytes.subarray(start, end));
    start = end + 1;
    place++;
    if (line.trim() === "") continue;
    yield { place, cells: line.split(",").map((cell) => cell.trim().replace(/^"(.*)"$/, "$1")) };
  }
}

const isNumber = (cell: string): boolean => cell !== "" && !Number.isNaN(Number(cell));

const isPixel = (cell: string): boolean => {
  const value = Number(cell);
  return cell !== "" && Number.isInteger(value) && value >= 0 && value <= 255;
};

const countOf = (bytes: Uint8Array, value: number): number => {
  let count = 0;
  for (let at = bytes.indexOf(value); at >= 0; at = bytes.indexOf(value, at + 1)) count++;
  return count;
};

/** Labels as people order them: numbers by their size, words by their characters. */
export function inOrder(labels: Iterable<string>): string[] {
  const all = [...labels];
  return all.every(isNumber) ? all.sort((a, b) => Number(a) - Number(b)) : all.sort();
}
