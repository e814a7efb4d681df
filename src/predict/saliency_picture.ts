import { encodePng, imageSize } from "../image/mod.ts";
import { colour, colourStyle, Markup, markup, typeface } from "../html/mod.ts";

/** Pixels of the picture for one of the image's. */
const scale = 10;
const gap = 20;
const panel = imageSize * scale;

/** Black, over red and orange, to pale yellow: equal steps of lightness, told apart in gray too. */
const heat = [[0, 0, 4], [87, 16, 110], [188, 55, 84], [249, 142, 9], [252, 255, 164]] as const;

/** What the model saw and how much each pixel matters, side by side as a PNG of 580 x 280. */
export function saliencyPng(
  image: Uint8Array,
  saliency: Float32Array,
): Uint8Array<ArrayBuffer> {
  const width = 2 * panel + gap;
  const pixels = new Uint8Array(3 * width * panel).fill(255);
  const colours = heatColours(saliency);
  for (let y = 0; y < panel; y++) {
    for (let x = 0; x < panel; x++) {
      const i = Math.floor(y / scale) * imageSize + Math.floor(x / scale);
      const at = 3 * (y * width + x);
      pixels.fill(image[i], at, at + 3);
      pixels.set(colours.subarray(3 * i, 3 * i + 3), at + 3 * (panel + gap));
    }
  }
  return encodePng(pixels, width, 3);
}

/** The same as an SVG with a title of its own to each side. */
export function saliencySvg(
  image: Uint8Array<ArrayBuffer>,
  saliency: Float32Array,
  className: string,
  probability: number,
): string {
  const [width, height] = [2 * panel + 3 * gap, panel + 76];
  const picture = (left: number, png: Uint8Array<ArrayBuffer>) =>
    markup`<image x="${left}" y="44" width="${panel}" height="${panel}" \
style="image-rendering:pixelated" href="data:image/png;base64,${png.toBase64()}"/>`;
  const text = (left: number, words: string, y = 32) =>
    markup`<text x="${left}" y="${y}" fill="${colour("ink")}">${words}</text>`;
  const right = panel + 2 * gap;
  const title = `${className}, probability ${probability.toFixed(4)}`;
  const size = markup`width="${width}" height="${height}"`;
  return markup`<svg xmlns="http://www.w3.org/2000/svg" class="saliency" \
viewBox="0 0 ${width} ${height}" ${size} font-family="${typeface}" font-size="14" role="img">\
<title>${title}</title><style>${new Markup(colourStyle(".saliency"))}</style>\
<rect ${size} fill="${colour("surface")}"/>\
${text(gap, "What the model saw")}${text(right, "Which pixels move the score most")}\
${picture(gap, encodePng(Uint8Array.from(image), imageSize))}\
${picture(right, encodePng(heatColours(saliency), imageSize, 3))}${
    text(gap, title, height - 12)
  }</svg>
`.text;
}

/** The saliency's size at each pixel as a colour, `[28, 28, 3]`; the largest is the brightest. */
function heatColours(saliency: Float32Array): Uint8Array<ArrayBuffer> {
  const most = saliency.reduce((most, slope) => Math.max(most, Math.abs(slope)), 0);
  const colours = new Uint8Array(3 * saliency.length);
  saliency.forEach((slope, i) => {
    const place = most === 0 ? 0 : (heat.length - 1) * Math.abs(slope) / most;
    const below = Math.min(heat.length - 2, Math.floor(place));
    for (let channel = 0; channel < 3; channel++) {
      const [from, to] = [heat[below][channel], heat[below + 1][channel]];
      colours[3 * i + channel] = Math.round(from + (place - below) * (to - from));
    }
  });
  return colours;
}
