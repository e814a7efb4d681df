import type { Channel, Reply, Request } from "./messages.ts";
import { serveTrials } from "./serve_trials.ts";

/** What the end of the requests is to a thread. */
type Message = Request | { readonly end: true };

/** The part of a worker's global scope that this needs. */
interface Scope {
  onmessage: ((event: MessageEvent<Message>) => void) | null;
  postMessage(reply: Reply): void;
  close(): void;
}

/**
 * Starts a worker in a thread of this process, for programs that may start no process: `module` is one
 * that calls {@linkcode serveInThread}.
 */
export function workerThread(module: string): Channel {
  const worker = new Worker(module, { type: "module", name: threadName });
  const replies = new Arrivals<Reply>();
  worker.onmessage = ({ data }: MessageEvent<Reply>) => replies.add(data);
  worker.onerror = (event) => {
    event.preventDefault();
    replies.end();
  };
  return {
    send: (request) => worker.postMessage(request),
    replies,
    close: () => worker.postMessage({ end: true }),
  };
}

const threadName = "wick trials";

/** Whether this is a thread that {@linkcode workerThread} started. */
export const isWorkerThread = (): boolean =>
  "WorkerGlobalScope" in globalThis && globalThis.name === threadName;

/** The life of a worker in a thread. */
export async function serveInThread(): Promise<void> {
  const scope = globalThis as unknown as Scope;
  const requests = new Arrivals<Request>();
  scope.onmessage = ({ data }) => "end" in data ? requests.end() : requests.add(data);
  await serveTrials(requests, (reply) => scope.postMessage(reply));
  scope.close();
}

/** What arrives, in its order, for one reader. */
class Arrivals<T> implements AsyncIterable<T> {
  readonly #waiting: T[] = [];
  #wake = () => {};
  #ended = false;

  add(one: T): void {
    this.#waiting.push(one);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      while (this.#waiting.length > 0) yield this.#waiting.shift()!;
      if (this.#ended) return;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }
}
