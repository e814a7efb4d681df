import { printableLines } from "../printable.ts";

/** Where a run tells how far it is: lines, and on a terminal a bar below them. */
export interface Screen {
  /** Says something for good. */
  line(text: string): void;
  /** Redraws the bar in place, where there is a terminal. */
  bar(text: () => string): void;
}

const clearLine = "\r\x1b[2K";

/** Standard output: a bar only on a terminal, plain lines always. */
export function standardScreen(): Screen {
  const terminal = Deno.stdout.isTerminal();
  const encoder = new TextEncoder();
  let barShown = false;
  return {
    line(text) {
      if (barShown) Deno.stdout.writeSync(encoder.encode(clearLine));
      barShown = false;
      console.log(printableLines(text));
    },
    bar(text) {
      if (!terminal) return;
      Deno.stdout.writeSync(encoder.encode(clearLine + text()));
      barShown = true;
    },
  };
}

/** A screen that shows nothing. */
export const silentScreen: Screen = { line() {}, bar() {} };

/** `epoch 3/10 [=====>    ]  812/1563  train_loss 0.5930  16129 images/s` */
export function progressBar(at: {
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
  readonly imagesPerSecond: number;
}): string {
  const width = 24;
  const filled = Math.floor((at.step / at.steps) * width);
  const bar = "=".repeat(filled) + (filled < width ? ">" : "") +
    " ".repeat(Math.max(0, width - filled - 1));
  const epoch = String(at.epoch).padStart(String(at.epochs).length);
  const step = String(at.step).padStart(String(at.steps).length);
  return `epoch ${epoch}/${at.epochs} [${bar}] ${step}/${at.steps}  ` +
    `train_loss ${at.loss.toFixed(4)}  ${at.imagesPerSecond.toFixed(0)} images/s`;
}
