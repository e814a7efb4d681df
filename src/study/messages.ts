import type { Job, Outcome } from "./train_trial.ts";

/** What a worker is asked. */
export type Request =
  | { readonly threads: number }
  | { readonly job: Job }
  | { readonly stop: true };

/** What a worker says. */
export type Reply =
  | { readonly epoch: number }
  | { readonly outcome: Outcome }
  | { readonly broken: string };

/** A worker as its study sees it. */
export interface Channel {
  send(request: Request): void;
  /** The worker's words; it ends when the worker does. */
  readonly replies: AsyncIterable<Reply>;
  /** Lets the worker end by itself. */
  close(): void;
}
