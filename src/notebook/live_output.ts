import { now } from "../clock.ts";
import { type Broadcast, broadcast, type Media } from "./broadcast.ts";

let queue: Promise<void> = Promise.resolve();
let made = 0;

/**
 * An output below a cell that is replaced while the cell runs. What is sent leaves in its order,
 * of all live outputs; a notebook that is saved has the last state.
 */
export class LiveOutput {
  // The time keeps outputs of an earlier kernel, which the notebook still shows, from being replaced.
  readonly #id = `wick-${now().getTime()}-${++made}`;
  #shown = false;

  constructor(readonly send: Broadcast = broadcast) {}

  /** Shows something in place of what was shown before. */
  update(data: Media): void {
    const type = this.#shown ? "update_display_data" : "display_data";
    this.#shown = true;
    const content = { data, metadata: {}, transient: { display_id: this.#id } };
    queue = queue.then(() => this.send(type, content));
  }
}

/** Waits until all that was sent has left; throws what kept it from leaving. */
export async function settled(): Promise<void> {
  const sent = queue;
  queue = Promise.resolve();
  await sent;
}
