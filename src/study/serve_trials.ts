import type { StopSignal } from "../cli/mod.ts";
import { messageOf } from "../errors.ts";
import { configureThreads } from "../ffi/mod.ts";
import type { Reply, Request } from "./messages.ts";
import { trainTrial, Workshop } from "./train_trial.ts";

/**
 * The life of a worker: trains what it is asked for, one job after another. The end of the requests,
 * as when the process dies that sent them, stops the job, which saves.
 */
export async function serveTrials(
  requests: AsyncIterable<Request>,
  reply: (reply: Reply) => void,
): Promise<void> {
  const workshop = new Workshop();
  const signals: { received: StopSignal | undefined } = { received: undefined };
  let working = Promise.resolve();
  for await (const request of requests) {
    if ("threads" in request) configureThreads(request.threads);
    else if ("stop" in request) signals.received = "SIGTERM";
    else {
      working = working.then(async () => {
        try {
          const attention = { signals, epoch: (epoch: number) => reply({ epoch }) };
          reply({ outcome: await trainTrial(request.job, workshop, attention) });
        } catch (error) {
          reply({ broken: messageOf(error) });
        }
      });
    }
  }
  signals.received = "SIGTERM";
  await working;
}
