import type { ImageFormat } from "../data/mod.ts";
import { encodePng, heatColours, interleaved } from "../image/mod.ts";
import { colour, colourStyle, Markup, markup, typeface } from "../html/mod.ts";

/** What is drawn: an image `[channels, height, width]` and the slope of each of its numbers. */
export interface SaliencyContent {
  readonly image: Uint8Array<ArrayBuffer>;
  readonly saliency: Float32Array;
  readonly format: Omit<ImageFormat, "classes">;
}

const gap = 20;

/** Pixels of the picture for one of the image's: 10 of an image of 28 x 28. */
const scaleOf = ({ height, width }: SaliencyContent["format"]): number =>
  Math.max(1, Math.floor(280 / Math.max(height, width)));

/** What the model saw and how much each pixel matters, side by side as a PNG. */
export function saliencyPng({ image, saliency, format }: SaliencyContent): Uint8Array<ArrayBuffer> {
  const scale = scaleOf(format);
  const [wide, high] = [format.width * scale, format.height * scale];
  const width = 2 * wide + gap;
  const pixels = new Uint8Array(3 * width * high).fill(255);
  const seen = interleaved(image, format.channels);
  const colours = heatColours(saliency, format);
  for (let y = 0; y < high; y++) {
    for (let x = 0; x < wide; x++) {
      const i = Math.floor(y / scale) * format.width + Math.floor(x / scale);
      const at = 3 * (y * width + x);
      for (let c = 0; c < 3; c++) {
        pixels[at + c] = format.channels === 1 ? seen[i] : seen[3 * i + c];
      }
      pixels.set(colours.subarray(3 * i, 3 * i + 3), at + 3 * (wide + gap));
    }
  }
  return encodePng(pixels, width, 3);
}

/** The same as an SVG with a title of its own to each side. */
export function saliencySvg(
  { image, saliency, format }: SaliencyContent,
  className: string,
  probability: number,
): string {
  const scale = scaleOf(format);
  const [wide, high] = [format.width * scale, format.height * scale];
  const [width, height] = [2 * Math.max(wide, 240) + 3 * gap, high + 76];
  const picture = (left: number, png: Uint8Array<ArrayBuffer>) =>
    markup`<image x="${left}" y="44" width="${wide}" height="${high}" \
style="image-rendering:pixelated" href="data:image/png;base64,${png.toBase64()}"/>`;
  const text = (left: number, words: string, y = 32) =>
    markup`<text x="${left}" y="${y}" fill="${colour("ink")}">${words}</text>`;
  const right = Math.max(wide, 240) + 2 * gap;
  const title = `${className}, probability ${probability.toFixed(4)}`;
  const size = markup`width="${width}" height="${height}"`;
  return markup`<svg xmlns="http://www.w3.org/2000/svg" class="saliency" \
viewBox="0 0 ${width} ${height}" ${size} font-family="${typeface}" font-size="14" role="img">\
<title>${title}</title><style>${new Markup(colourStyle(".saliency"))}</style>\
<rect ${size} fill="${colour("surface")}"/>\
${text(gap, "What the model saw")}${text(right, "Which pixels move the score most")}\
${
    picture(
      gap,
      encodePng(interleaved(image, format.channels), format.width, format.channels === 1 ? 1 : 3),
    )
  }\
${picture(right, encodePng(heatColours(saliency, format), format.width, 3))}${
    text(gap, title, height - 12)
  }</svg>
`.text;
}
