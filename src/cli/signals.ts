/** The signals that ask a run to stop, and what the process then exits with. */
export const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;
export type StopSignal = keyof typeof exitCodes;

/** Hears SIGINT and SIGTERM: the first one is remembered, the second ends the process at once. */
export class StopSignals implements Disposable {
  #received: StopSignal | undefined;
  readonly #listeners: [StopSignal, () => void][];

  constructor(onFirst: (signal: StopSignal) => void = () => {}) {
    const names: StopSignal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
    this.#listeners = names.map((name) => [name, () => {
      if (this.#received !== undefined) Deno.exit(exitCodes[name]);
      this.#received = name;
      onFirst(name);
    }]);
    for (const [name, listener] of this.#listeners) Deno.addSignalListener(name, listener);
  }

  /** The first signal that came. */
  get received(): StopSignal | undefined {
    return this.#received;
  }

  [Symbol.dispose](): void {
    for (const [name, listener] of this.#listeners) Deno.removeSignalListener(name, listener);
  }
}
