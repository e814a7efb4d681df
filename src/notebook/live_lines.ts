import type { Screen } from "../cli/mod.ts";
import type { Broadcast } from "./broadcast.ts";
import { LiveOutput } from "./live_output.ts";

/** The screen of a training in a notebook: lines, and below them the bar. */
export class LiveLines implements Screen {
  readonly #lines: string[] = [];
  readonly #output: LiveOutput;

  constructor(send?: Broadcast) {
    this.#output = new LiveOutput(send);
    this.#show([]); // so that the lines stand above what is shown later
  }

  line(text: string): void {
    this.#lines.push(text);
    this.#show(this.#lines);
  }

  bar(text: (columns: number) => string): void {
    this.#show([...this.#lines, text(Infinity)]);
  }

  #show(lines: readonly string[]): void {
    this.#output.update({ "text/plain": lines.join("\n") });
  }
}
