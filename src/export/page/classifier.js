import { forward } from "./forward.js";
import { saliency } from "./gradient.js";
import { layerOf } from "./layers.js";
import { prepare } from "../../image/prepare.ts";
import { scaled } from "../../image/scaled.ts";
import { heatColours } from "../../image/heat_map.ts";
import { withChannels } from "../../image/picture.ts";

/** What a page is told of its model. @type {any} */
const given = JSON.parse(element("model").textContent ?? "");
const { format: { channels, height, width, classes, isScaled } } = given;
const model = layerOf(given.layer);

/** @param {string} id @returns {any} */
function element(id) {
  return document.getElementById(id);
}

const board = element("board");
const seen = element("seen");
const paper = board.getContext("2d", { willReadFrequently: true });
const view = seen.getContext("2d", { willReadFrequently: true });
const heat = element("heat").getContext("2d");

/** The picture of a canvas's pixels. @param {ImageData} pixels */
function pictureOf({ data, width, height }) {
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

/** Classifies a picture and shows what the model sees and says. @param {any} picture @param {string} name */
function classify(picture, name) {
  const image = isScaled ? scaled(picture, width, height) : prepare(withChannels(picture, 1));
  const start = performance.now();
  const data = Float32Array.from(image, (pixel) => pixel / 255);
  const scores = forward(model, { data, shape: [channels, height, width] }).data;
  const seconds = (performance.now() - start) / 1000;
  show(view, (i, c) => image[channels === 3 ? c * width * height + i : i]);
  const most = Math.max(...scores);
  const shares = Array.from(scores, (score) => Math.exp(score - most));
  const sum = shares.reduce((total, share) => total + share);
  const ranked = shares.map((share, label) => ({
    name: classes[label],
    label,
    share: share / sum,
  }))
    .sort((a, b) => b.share - a.share);
  element("said").textContent = `${name}: ${ranked[0].name}, ${percent(ranked[0].share)} (${
    (seconds * 1000).toFixed(0)
  } ms)`;
  element("classes").replaceChildren(
    ...ranked.slice(0, 10).map(({ name, share }) => {
      const row = document.createElement("tr");
      const [head, bar, number] = ["th", "td", "td"].map((tag) => document.createElement(tag));
      head.scope = "row";
      head.textContent = name;
      bar.className = "bar";
      bar.style.setProperty("--share", String(share));
      number.textContent = percent(share);
      row.append(head, bar, number);
      return row;
    }),
  );
  const [{ label }] = ranked;
  const slopes = saliency(model, { data, shape: [channels, height, width] }, label, classes.length);
  const colours = heatColours(Float32Array.from(slopes), { height, width });
  show(heat, (i, c) => colours[3 * i + c]);
  const detail = { scores: [...scores], slopes: [...slopes], label };
  globalThis.dispatchEvent(new CustomEvent("classified", { detail }));
}

/** @param {number} share */
const percent = (share) => `${(100 * share).toFixed(1)} %`;

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

/** Takes a file that was dropped, pasted or chosen. @param {Blob | null | undefined} file */
async function take(file) {
  if (!file) return;
  const name = "name" in file ? String(file.name) : "the picture";
  try {
    if (file.size > 64 * 2 ** 20) throw new Error("it has more than 64 MiB");
    const bitmap = await createImageBitmap(file, { premultiplyAlpha: "none" });
    const room = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = /** @type {OffscreenCanvasRenderingContext2D} */ (room.getContext("2d"));
    context.drawImage(bitmap, 0, 0);
    const scale = Math.min(board.width / bitmap.width, board.height / bitmap.height);
    const [wide, high] = [bitmap.width * scale, bitmap.height * scale];
    clear();
    paper.drawImage(bitmap, (board.width - wide) / 2, (board.height - high) / 2, wide, high);
    classify(pictureOf(context.getImageData(0, 0, bitmap.width, bitmap.height)), name);
  } catch {
    element("said").textContent = `${name} is no picture that this browser reads.`;
  }
}

function clear() {
  paper.fillStyle = "#000";
  paper.fillRect(0, 0, board.width, board.height);
}

const pen = { x: board.width / 2, y: board.height / 2, isDown: false };

/** Moves the pen, drawing where it is down. @param {number} x @param {number} y */
function move(x, y) {
  if (pen.isDown) {
    paper.strokeStyle = "#fff";
    paper.lineWidth = board.width / 12;
    paper.lineCap = "round";
    paper.beginPath();
    paper.moveTo(pen.x, pen.y);
    paper.lineTo(x, y);
    paper.stroke();
  }
  [pen.x, pen.y] = [x, y];
}

const drawn = () =>
  classify(pictureOf(paper.getImageData(0, 0, board.width, board.height)), "Your drawing");

/** @param {PointerEvent} event @returns {[x: number, y: number]} */
const place = ({ offsetX, offsetY }) => [
  offsetX * board.width / board.clientWidth,
  offsetY * board.height / board.clientHeight,
];

board.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
  board.setPointerCapture(event.pointerId);
  pen.isDown = false;
  move(...place(event));
  pen.isDown = true;
  move(...place(event));
});
board.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
  if (event.buttons > 0 && pen.isDown) move(...place(event));
});
for (const name of ["pointerup", "pointercancel"]) {
  board.addEventListener(name, () => {
    if (pen.isDown) drawn();
    pen.isDown = false;
  });
}
/** @type {Readonly<Record<string, readonly [number, number]>>} */
const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
board.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
  const arrow = arrows[event.key];
  if (arrow === undefined) return;
  event.preventDefault();
  const [x, y] = arrow.map((step) => step * board.width / 28);
  pen.isDown = !event.shiftKey;
  move(pen.x + x, pen.y + y);
  pen.isDown = false;
  if (!event.shiftKey) drawn();
});
element("clear").addEventListener("click", () => {
  clear();
  element("classes").replaceChildren();
  element("said").textContent = "Draw or drop a picture.";
  for (const canvas of [view, heat]) canvas.clearRect(0, 0, width, height);
});
element("file").addEventListener("change", () => take(element("file").files[0]));
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  take(event.dataTransfer?.files[0]);
});
addEventListener("paste", (event) => take(event.clipboardData?.files[0]));
clear();
