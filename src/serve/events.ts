import { createHash } from "node:crypto";
import type { RunStore } from "./run_store.ts";

/** Streams that are open at the same time. */
const streamLimit = 64;
/** Ticks after which a silent stream says that it is alive, so that no proxy closes it. */
const silentTicks = 15;

interface Listener {
  tick(): void;
  close(): void;
}

/**
 * Sends pages anew as the runs change. An event's identity is a digest of what it shows: a page
 * that reconnects, to a restarted server too, gets an event only where it is out of date.
 */
export class Events {
  readonly #listeners = new Set<Listener>();
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Looks for changes each `every` milliseconds while anyone listens; a failure closes the streams. */
  constructor(
    readonly store: RunStore,
    readonly every: number,
    readonly onError: (error: unknown) => void,
  ) {}

  /** Whether no further stream may be opened. */
  get full(): boolean {
    return this.#listeners.size >= streamLimit;
  }

  /** A stream of what `render` makes, each time that it differs from what has the identity `sent`. */
  stream(render: () => string, sent: string): ReadableStream<Uint8Array<ArrayBuffer>> {
    let listener: Listener;
    return new ReadableStream({
      start: (controller) => {
        listener = this.#listener(controller, render, sent);
        listener.tick();
        this.#listeners.add(listener);
        this.#timer ??= setInterval(() => this.#tick(), this.every);
      },
      cancel: () => {
        this.#listeners.delete(listener);
        if (this.#listeners.size === 0) this.close();
      },
    });
  }

  /** Ends all streams. */
  close(): void {
    for (const listener of this.#listeners) listener.close();
    this.#listeners.clear();
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    try {
      this.store.refresh();
      for (const listener of this.#listeners) listener.tick();
    } catch (error) {
      this.onError(error);
      this.close();
    }
  }

  #listener(
    controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>,
    render: () => string,
    sent: string,
  ): Listener {
    const encoder = new TextEncoder();
    let [generation, silent] = [-1, 0];
    const tick = () => {
      if ((controller.desiredSize ?? 0) <= 0) return; // a slow reader gets the newest later
      silent++;
      if (this.store.generation !== generation) {
        generation = this.store.generation;
        const content = render();
        const id = createHash("sha256").update(content).digest("base64url").slice(0, 16);
        if (id !== sent) {
          controller.enqueue(encoder.encode(`id: ${id}\ndata: ${JSON.stringify(content)}\n\n`));
          [sent, silent] = [id, 0];
        }
      }
      if (silent >= silentTicks) {
        controller.enqueue(encoder.encode(":\n\n"));
        silent = 0;
      }
    };
    return { tick, close: () => controller.close() };
  }
}
