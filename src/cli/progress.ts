import { printableLines } from "../printable.ts";
import { pageColumns, printColumns, takesEscapes, terminalColumns } from "./terminal.ts";

/** Where a run tells how far it is: lines, and on a terminal a bar below them. */
export interface Screen {
  /** The columns that a line should fit; any number where it is absent. */
  readonly columns?: number;
  /** Says something for good. */
  line(text: string): void;
  /** Redraws the bar in place, where there is a terminal; `text` is given how many columns it has. */
  bar(text: (columns: number) => string): void;
}

/** Goes back to the beginning of the terminal's line and empties it. */
export const clearLine = "\r\x1b[2K";

/**
 * Standard output: a bar only on a terminal, plain lines always. Disposing it ends the bar's line, so
 * that an error has its own.
 */
export function standardScreen(): Screen & Disposable {
  const terminal = takesEscapes(Deno.stdout);
  const encoder = new TextEncoder();
  let barShown = false;
  return {
    get columns() {
      return printColumns();
    },
    line(text) {
      if (barShown) {
        barShown = false; // first: a terminal that has hung up refuses what follows
        Deno.stdout.writeSync(encoder.encode(clearLine));
      }
      console.log(printableLines(text));
    },
    bar(text) {
      if (!terminal) return;
      Deno.stdout.writeSync(encoder.encode(clearLine + text(barColumns())));
      barShown = true;
    },
    [Symbol.dispose]() {
      if (barShown) Deno.stdout.writeSync(encoder.encode("\n"));
      barShown = false;
    },
  };
}

/** Standard output in plain lines, where what looks like a terminal is none: mpirun collects through one. */
export const plainScreen: Screen = { line: (text) => console.log(printableLines(text)), bar() {} };

/** A screen that shows nothing. */
export const silentScreen: Screen = { line() {}, bar() {} };

/**
 * The columns of a line that is redrawn: one less than the terminal has, because a line that fills it
 * goes on to the next one on some terminals.
 */
export const barColumns = (): number => (terminalColumns() ?? pageColumns) - 1;

/** The first of the texts that fits, or as much as fits of the last one. */
export function fitting(columns: number, texts: readonly string[]): string {
  return texts.find((text) => text.length <= columns) ?? texts.at(-1)?.slice(0, columns) ?? "";
}

/**
 * `epoch 3/10 [=====>    ]  812/1563  train_loss 0.5930  16129 images/s`; where columns are scarce the
 * bar is shorter, then it is left out, then speed, loss and steps are.
 */
export function progressBar(at: {
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
  readonly imagesPerSecond: number;
}, columns: number): string {
  const epoch = `epoch ${String(at.epoch).padStart(String(at.epochs).length)}/${at.epochs}`;
  const step = `${String(at.step).padStart(String(at.steps).length)}/${at.steps}`;
  const loss = `train_loss ${at.loss.toFixed(4)}`;
  const speed = `${at.imagesPerSecond.toFixed(0)} images/s`;
  const rest = `${step}  ${loss}  ${speed}`;
  const width = Math.min(24, columns - epoch.length - rest.length - 4);
  return fitting(columns, [
    ...width < 8 ? [] : [`${epoch} [${barOf(at.step / at.steps, width)}] ${rest}`],
    `${epoch}  ${rest}`,
    `${epoch}  ${step}  ${loss}`,
    `${epoch}  ${step}`,
    epoch,
  ]);
}

function barOf(share: number, width: number): string {
  const filled = Math.floor(share * width);
  return ("=".repeat(filled) + (filled < width ? ">" : "")).padEnd(width);
}
