import { forward } from "./forward.js";
import { saliency } from "./gradient.js";
import { layerOf, weightsOf } from "./layers.js";
import { prepare } from "../../image/prepare.ts";
import { scaled } from "../../image/scaled.ts";
import { heatColours } from "../../image/heat_map.ts";
import { withChannels } from "../../image/picture.ts";

/** The picture of a canvas's pixels. @param {ImageData} pixels @param {number} channels */
function pictureOf({ data, width, height }, channels) {
  const size = width * height;
  const [pixels, alpha] = [new Uint8Array(channels * size), new Uint8Array(size)];
  for (let i = 0; i < size; i++) {
    const [red, green, blue] = [data[4 * i], data[4 * i + 1], data[4 * i + 2]];
    alpha[i] = data[4 * i + 3];
    if (channels === 3) [red, green, blue].forEach((value, c) => pixels[c * size + i] = value);
    else pixels[i] = (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16; // as the library
  }
  return { width, height, pixels, ...alpha.some((value) => value < 255) && { alpha } };
}

/**
 * The weights of a model: of the page itself, or of where the page says that they lie.
 * @param {HTMLElement} section @param {string | undefined} seal @returns {Promise<Map<string, any>>}
 */
async function weightsFor(section, seal) {
  const text = section.querySelector(".weights")?.textContent;
  if (text) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    return weightsOf(bytes.buffer).tensors;
  }
  const response = await fetch(String(section.dataset.weights), { cache: "no-store" });
  if (!response.ok) throw new Error("The weights are not there any more.");
  const { metadata, tensors } = weightsOf(await response.arrayBuffer());
  if (metadata.sha256 !== seal) {
    throw new Error("The run has better weights by now: reload the page.");
  }
  return tensors;
}

/** @param {number} share */
const percent = (share) => `${(100 * share).toFixed(1)}\u00a0%`;

/**
 * What a page shows of a model: what the model sees of a picture and says of it.
 * @param {HTMLElement} section
 * @param {(classify: (pixels: ImageData, name: string) => void) => void} ready Hears that it can classify.
 */
export function modelView(section, ready) {
  /** @param {string} name @returns {any} */
  const element = (name) => section.querySelector(`.${name}`);
  const { format, layer, seal } = JSON.parse(element("data").textContent);
  const { channels, height, width, classes, isScaled } = format;
  const shape = [channels, height, width];
  const context = (/** @type {string} */ name) =>
    element(name).getContext("2d", { willReadFrequently: true });
  const [seen, heat] = [context("seen"), context("heat")];
  /** @type {import("./forward.js").Layer | undefined} */
  let model;

  /**
   * Draws an image of the model's size.
   * @param {CanvasRenderingContext2D} canvas @param {(i: number, c: number) => number} byte
   */
  function show(canvas, byte) {
    const pixels = new ImageData(width, height);
    for (let i = 0; i < width * height; i++) {
      for (let c = 0; c < 3; c++) pixels.data[4 * i + c] = byte(i, c);
      pixels.data[4 * i + 3] = 255;
    }
    canvas.putImageData(pixels, 0, 0);
  }

  /** @param {string} name @param {number} share */
  function row(name, share) {
    const row = document.createElement("tr");
    const [head, bar, number] = ["th", "td", "td"].map((tag) => document.createElement(tag));
    /** @type {HTMLTableCellElement} */ (head).scope = "row";
    head.textContent = name;
    bar.className = "bar";
    bar.style.setProperty("--share", String(share));
    number.textContent = percent(share);
    row.append(head, bar, number);
    return row;
  }

  /** @param {string} text */
  const say = (text) => element("said").textContent = text;

  function clear() {
    element("classes").replaceChildren();
    if (model) say("Draw or drop a picture.");
    for (const canvas of [seen, heat]) canvas.clearRect(0, 0, width, height);
  }

  /** Classifies a picture where the weights are there. @param {ImageData} pixels @param {string} name */
  function classify(pixels, name) {
    if (model === undefined) return;
    const picture = pictureOf(pixels, channels);
    const image = isScaled ? scaled(picture, width, height) : prepare(withChannels(picture, 1));
    const start = performance.now();
    const data = Float32Array.from(image, (pixel) => pixel / 255);
    const scores = forward(model, { data, shape }).data;
    const milliseconds = performance.now() - start;
    show(seen, (i, c) => image[channels === 3 ? c * width * height + i : i]);
    const most = Math.max(...scores);
    const shares = Array.from(scores, (score) => Math.exp(score - most));
    const sum = shares.reduce((total, share) => total + share);
    const ranked = shares.map((share, label) => ({ label, share: share / sum }))
      .sort((a, b) => b.share - a.share);
    const [{ label, share }] = ranked;
    say(`${name}: ${classes[label]}, ${percent(share)} (${milliseconds.toFixed(0)}\u00a0ms)`);
    const rows = ranked.slice(0, 10).map(({ label, share }) => row(classes[label], share));
    element("classes").replaceChildren(...rows);
    const slopes = saliency(model, { data, shape }, label, classes.length);
    const colours = heatColours(Float32Array.from(slopes), { height, width });
    show(heat, (i, c) => colours[3 * i + c]);
    const detail = { scores: [...scores], slopes: [...slopes], label };
    section.dispatchEvent(new CustomEvent("classified", { detail, bubbles: true }));
  }

  weightsFor(section, seal).then((weights) => {
    model = layerOf(layer, weights);
    clear();
    ready(classify);
  }).catch((error) => say(error.message));
  return { classify, clear };
}
