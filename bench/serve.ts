import { libraryInformation, native } from "../src/ffi/mod.ts";
import type { Answer, Command } from "./worker.ts";

/** Does a piece of work and says how many images (or calls) it was. */
export type Loop = () => number;

/** The value of one of this process's flags. */
export const argument = (flag: string): string | undefined =>
  Deno.args.includes(flag) ? Deno.args[Deno.args.indexOf(flag) + 1] : undefined;

/** Takes as many threads as `--threads` says; before anything is computed. */
export const useThreads = (): number => native.wick_configure(Number(argument("--threads")));

/** Calls `loop` until `seconds` have passed. */
export function timed(loop: Loop, seconds: number): Answer {
  let images = 0;
  const start = performance.now();
  for (;;) {
    images += loop();
    const spent = (performance.now() - start) / 1000;
    if (spent >= seconds) return { images, seconds: spent };
  }
}

/** wick's side of the protocol in README.md: answers each line of standard input by `obey`. */
export async function serve(obey: (command: Command) => Answer): Promise<void> {
  const answer = (value: Partial<Answer> & { ready?: true }) => console.log(JSON.stringify(value));
  answer({ ready: true, version: libraryInformation().version });
  let rest = "";
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      try {
        const { images, seconds, correct } = obey(JSON.parse(line));
        answer({ images, seconds, correct });
      } catch (error) {
        answer({ error: error instanceof Error ? error.message : String(error) });
      }
    }
  }
}
