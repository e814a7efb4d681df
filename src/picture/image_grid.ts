import { colour, type Markup, markup, textWidth } from "../html/mod.ts";
import { draw, padding, type Part } from "./picture.ts";
import { type Pixels, pngAddress } from "./png.ts";

/** The words below an image. */
interface Caption {
  /** The first line below it. */
  readonly caption?: string;
  /** Stands at the right end of the first line, in gray. */
  readonly mark?: string;
  /** The second line below it. */
  readonly detail?: string;
  /** Sets it off from the others by a frame and by the weight of its second line. */
  readonly marked?: boolean;
}

/** An image of a grid and the words below it. */
export interface GridImage extends Pixels, Caption {
  /** What a pointer over it shows. */
  readonly tip?: string;
}

/** Images side by side, under a name at their left. */
export interface GridRow {
  readonly name?: string;
  readonly images: readonly GridImage[];
}

/** A grid of images and what they are. */
export interface ImageGrid {
  readonly title: string;
  readonly subtitle: string;
  readonly rows: readonly GridRow[];
  /**
   * The least width and height of an image in the picture's pixels; it is as wide as the words
   * below it.
   */
  readonly size: number;
  /** What stands below the images. */
  readonly below?: readonly Part[];
}

const fontSize = 13;
const lineHeight = 17;
const gap = 6;
/** Brings a grid in line with the title, which stands further in than a part. */
const inset = 4;
/** How much wider bold words are. */
const boldness = 1.06;
/** What words widen an image to at most, in pixels; longer ones are cut. */
const widest = 220;

/** Draws images in rows, each pixel as a sharp square. */
export function gridPicture({ title, subtitle, rows, below = [], size: least }: ImageGrid): string {
  const images = rows.flatMap((row) => row.images);
  const lines = Math.max(0, ...images.map(({ caption, detail }) => detail ? 2 : caption ? 1 : 0));
  const words = Math.ceil(Math.max(0, ...images.map(captionWidth)));
  const size = Math.max(least, Math.min(widest, words));
  const columnWidth = size + gap;
  const rowHeight = size + gap + (lines > 0 ? lines * lineHeight + 6 : 0);
  const nameWidth = Math.max(0, ...rows.map(({ name = "" }) => textWidth(name, fontSize)));
  const left = nameWidth === 0 ? inset : inset + nameWidth + 10;
  const grid: Part = () => {
    const svg = rows.flatMap(({ name = "", images }, r) => {
      const y = r * rowHeight;
      const label = markup`<text x="${left - 6}" y="${
        y + size / 2 + 4
      }" text-anchor="end">${name}</text>`;
      const cells = images.map((image, c) => cell(image, left + c * columnWidth, y, size));
      return name === "" ? cells : [label, ...cells];
    });
    return { svg: markup`${svg}`, height: rows.length * rowHeight };
  };
  const columns = Math.max(0, ...rows.map((row) => row.images.length));
  const width = left + columns * columnWidth + 2 * padding;
  return draw({ title, subtitle, parts: [grid, ...below], width });
}

/** Cuts images into rows of `columns`. */
export function inRows(images: readonly GridImage[], columns: number): GridRow[] {
  const count = Math.ceil(images.length / columns);
  return Array.from({ length: count }, (_, row) => ({
    images: images.slice(row * columns, (row + 1) * columns),
  }));
}

function captionWidth({ caption = "", mark = "", detail = "", marked }: Caption): number {
  const first = textWidth(mark === "" ? caption : `${caption}  ${mark}`, fontSize);
  return Math.max(first, textWidth(detail, fontSize) * (marked ? boldness : 1));
}

function cell(image: GridImage, x: number, y: number, size: number): Markup {
  const { tip, caption, mark, detail, marked } = image;
  const text = (content: string | undefined, x: number, line: number, more?: Markup) =>
    content !== undefined &&
    markup`<text x="${x}" y="${y + size + line * lineHeight}"${more}>${content}</text>`;
  const [wide, high] = [image.width, image.height].map((side) =>
    size * side / Math.max(image.width, image.height)
  );
  const accent = colour("series-2");
  const captionRoom = mark === undefined ? size : size - textWidth(`  ${mark}`, fontSize);
  const frame = marked &&
    markup`<rect x="${x + 1.5}" y="${y + 1.5}" width="${wide - 3}" height="${high - 3}"\
 fill="none" stroke="${accent}" stroke-width="3"/>`;
  return markup`<g>${tip !== undefined && markup`<title>${tip}</title>`}\
<image x="${x}" y="${y}" width="${wide}" height="${high}" href="${pngAddress(image)}"\
 preserveAspectRatio="none" style="image-rendering:pixelated"/>${frame}${
    text(caption && cut(caption, captionRoom), x, 1)
  }${text(mark, x + size, 1, markup` text-anchor="end" fill="${colour("muted")}"`)}${
    text(
      detail && cut(detail, marked ? size / boldness : size),
      x,
      2,
      marked ? markup` font-weight="600" fill="${accent}"` : undefined,
    )
  }</g>`;
}

/** As much of a text as fits a width in pixels. */
function cut(text: string, width: number): string {
  if (textWidth(text, fontSize) <= Math.ceil(width)) return text;
  const signs = [...text];
  while (signs.length > 0 && textWidth(`${signs.join("")}…`, fontSize) > width) signs.pop();
  return `${signs.join("").trimEnd()}…`;
}
