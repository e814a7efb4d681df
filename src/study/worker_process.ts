import { programArguments, root } from "./deno_program.ts";
import type { Channel, Reply, Request } from "./messages.ts";

/** Starts a worker in a process of its own, which ends with this one. */
export function workerProcess(): Channel {
  const child = new Deno.Command(Deno.execPath(), {
    args: programArguments("sweep_worker.ts"),
    cwd: root,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const encoder = new TextEncoder();
  return {
    send(request) {
      // A worker that died is noticed where its replies end.
      writer.write(encoder.encode(`${JSON.stringify(request)}\n`)).catch(() => {});
    },
    replies: linesOf<Reply>(child.stdout),
    close: () => void writer.close().catch(() => {}),
  };
}

/** The requests that a worker process is sent. */
export const processRequests = (): AsyncIterable<Request> => linesOf<Request>(Deno.stdin.readable);

/** Sends a reply from a worker process. */
export function replyOfProcess(reply: Reply): void {
  try {
    const bytes = new TextEncoder().encode(`${JSON.stringify(reply)}\n`);
    for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
  } catch (error) {
    // Nobody hears it any more: the end of the requests says so too.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** The JSON of each whole line. */
async function* linesOf<T>(stream: ReadableStream<Uint8Array>): AsyncIterable<T> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream() as TransformStream)) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) yield JSON.parse(line);
  }
}
