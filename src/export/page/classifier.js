import { modelView } from "./model_view.js";

/** @param {string} id @returns {any} */
const element = (id) => document.getElementById(id);

const board = element("board");
const paper = board.getContext("2d", { willReadFrequently: true });

/** What was given to the models last. @type {{ pixels: ImageData, name: string } | undefined} */
let last;

/** @type {NodeListOf<HTMLElement>} */
const sections = document.querySelectorAll(".model");
const views = Array.from(
  sections,
  (section) => modelView(section, (classify) => last && classify(last.pixels, last.name)),
);

/**
 * Has the models classify a picture one after the other, unless there is a newer one by then.
 * @param {ImageData} pixels @param {string} name
 */
async function classify(pixels, name) {
  const own = last = { pixels, name };
  for (const view of views) {
    if (last === own) view.classify(pixels, name);
    await new Promise((resolve) => setTimeout(resolve)); // so that the page can show it
  }
}

/** @param {string} text */
function say(text) {
  element("problem").textContent = text;
}

/** Takes a file that was dropped, pasted or chosen. @param {Blob | null | undefined} file */
async function take(file) {
  if (!file) return;
  const name = "name" in file ? String(file.name) : "the picture";
  say("");
  try {
    if (file.size > 64 * 2 ** 20) throw new Error("it has more than 64 MiB");
    const bitmap = await createImageBitmap(file, {
      premultiplyAlpha: "none",
      colorSpaceConversion: "none",
    });
    const room = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = /** @type {OffscreenCanvasRenderingContext2D} */ (room.getContext("2d"));
    context.drawImage(bitmap, 0, 0);
    const scale = Math.min(board.width / bitmap.width, board.height / bitmap.height);
    const [wide, high] = [bitmap.width * scale, bitmap.height * scale];
    clear();
    paper.drawImage(bitmap, (board.width - wide) / 2, (board.height - high) / 2, wide, high);
    classify(context.getImageData(0, 0, bitmap.width, bitmap.height), name);
  } catch {
    say(`${name} is no picture that this browser reads.`);
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

function drawn() {
  say("");
  classify(paper.getImageData(0, 0, board.width, board.height), "Your drawing");
}

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
  last = undefined;
  say("");
  clear();
  for (const view of views) view.clear();
});
element("file").addEventListener("change", () => take(element("file").files[0]));
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  take(event.dataTransfer?.files[0]);
});
addEventListener("paste", (event) => take(event.clipboardData?.files[0]));
clear();
