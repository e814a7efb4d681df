import { UserError } from "../errors.ts";
import type { Channel, Reply } from "./messages.ts";
import type { Job, Outcome } from "./train_trial.ts";

/** How often a job's worker may die before an epoch of it is complete. */
const deaths = 10;

/** One place where trials are trained, one after another; its worker is started anew where it died. */
export class TrialWorker {
  #channel: Channel | undefined;
  #replies: AsyncIterator<Reply> | undefined;
  #stopping = false;

  constructor(readonly start: () => Channel, readonly threads: number) {}

  /** Trains a run; `epoch` is told of each complete epoch. */
  async train(job: Job, epoch: (epoch: number) => void): Promise<Outcome> {
    for (let died = 0; died < deaths; died++) {
      const replies = this.open();
      this.#channel!.send({ job });
      for (;;) {
        const { value, done } = await replies.next();
        if (done) break;
        if ("outcome" in value) return value.outcome;
        if ("broken" in value) throw new UserError(value.broken);
        epoch(value.epoch);
        died = 0;
      }
      this.#channel = undefined;
      if (this.#stopping) return { state: "stopped" };
    }
    const failure = `Its process died ${deaths} times before an epoch was complete: it may have ` +
      "needed more memory than there is";
    return { state: "failed", failure };
  }

  /** Asks for the end of the present job, which saves. */
  stop(): void {
    this.#stopping = true;
    this.#channel?.send({ stop: true });
  }

  /** Lets the worker end. */
  close(): void {
    this.#channel?.close();
    this.#channel = undefined;
  }

  /** Starts the worker, if it does not live. */
  open(): AsyncIterator<Reply> {
    if (this.#channel === undefined) {
      this.#channel = this.start();
      this.#replies = this.#channel.replies[Symbol.asyncIterator]();
      this.#channel.send({ threads: this.threads });
    }
    return this.#replies!;
  }
}
