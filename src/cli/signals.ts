import { milliseconds } from "../clock.ts";

/** The signals that ask a run to stop, and what the process then exits with. */
export const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
export type StopSignal = keyof typeof exitCodes;

/** The signals that ask a run to stop. */
export const stopSignals = Object.keys(exitCodes) as readonly StopSignal[];

/**
 * Milliseconds in which another signal is the same request: `deno task` and npx pass on the SIGINT
 * that the terminal has sent to the run too, and a supervisor may signal each process of a group.
 */
const sameRequest = 500;

/** What {@linkcode StopSignals} stands on; a test brings its own. */
export interface SignalOptions {
  /** Whether somebody sits before the output. */
  readonly terminal?: boolean;
  /** Milliseconds since some moment. */
  readonly clock?: () => number;
  /** Ends the process. */
  readonly exit?: (code: number) => void;
}

/**
 * Hears what asks a run to stop: the first signal is remembered, and one that comes half a second
 * later or more ends the process at once. A terminal that hangs up stops the run too; where the
 * output is no terminal, a run outlives the one that it was started from (`runTask`).
 */
export class StopSignals implements Disposable {
  #first: { readonly signal: StopSignal; readonly at: number } | undefined;
  readonly #tell: (text: string) => void;
  readonly #clock: () => number;
  readonly #exit: (code: number) => void;
  readonly #listeners: [StopSignal, () => void][];

  constructor(tell: (text: string) => void = () => {}, {
    terminal = Deno.stdout.isTerminal(),
    clock = milliseconds,
    exit = Deno.exit,
  }: SignalOptions = {}) {
    this.#tell = tell;
    this.#clock = clock;
    this.#exit = exit;
    this.#listeners = heardSignals(terminal).map((signal) => [signal, () => this.hear(signal)]);
    for (const [signal, listener] of this.#listeners) Deno.addSignalListener(signal, listener);
  }

  /** The first signal that came. */
  get received(): StopSignal | undefined {
    return this.#first?.signal;
  }

  /** Takes a signal that has come. */
  hear(signal: StopSignal): void {
    const at = this.#clock();
    if (this.#first === undefined) {
      this.#first = { signal, at };
      this.#tell(`${signal}: finishes this step and saves; once more stops at once`);
    } else if (at - this.#first.at >= sameRequest) this.#exit(exitCodes[signal]);
  }

  [Symbol.dispose](): void {
    for (const [signal, listener] of this.#listeners) Deno.removeSignalListener(signal, listener);
  }
}

function heardSignals(terminal: boolean): StopSignal[] {
  if (Deno.build.os === "windows") return ["SIGINT"];
  return terminal ? ["SIGINT", "SIGTERM", "SIGHUP"] : ["SIGINT", "SIGTERM"];
}
