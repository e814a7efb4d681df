import { messageOf } from "../errors.ts";

/** Why a source did not deliver; another one may. */
export class TransferError extends Error {
  override readonly name = "TransferError";
}

/** How long a source may keep silent, in milliseconds. */
export interface Patience {
  /** Until its answer begins. */
  readonly answer: number;
  /** Between two pieces of it. */
  readonly piece: number;
}

/**
 * Appends to `part`, which holds the first bytes of a file of `total` bytes, the missing bytes from
 * `url`, by an HTTP range (RFC 9110, section 14); starts over where the server sends the whole file
 * instead. Throws {@linkcode TransferError} for whatever the network or the server does, with
 * all that came kept in `part`; errors of `part` itself pass through.
 */
export async function transfer(
  url: string,
  part: Deno.FsFile,
  total: number,
  patience: Patience,
  onBytes: (received: number) => void,
): Promise<void> {
  let received = await part.seek(0, Deno.SeekMode.End);
  const abort = new AbortController();
  const timer = new Watchdog(abort, patience.answer);
  try {
    const response = await answer(url, received, abort.signal);
    if (response.status === 200) {
      received = 0;
      await part.truncate(0);
      await part.seek(0, Deno.SeekMode.Start);
    }
    checkHeaders(response, received, total);
    timer.restart(patience.piece);
    for await (const piece of pieces(response)) {
      timer.restart(patience.piece);
      if (received + piece.length > total) {
        throw new TransferError(`it sends more than the ${total} bytes of the published file`);
      }
      await writeAll(part, piece);
      received += piece.length;
      onBytes(received);
    }
    if (received < total) {
      throw new TransferError(`it broke off after ${received} of ${total} bytes`);
    }
  } finally {
    timer.stop();
    abort.abort();
  }
}

async function answer(url: string, received: number, signal: AbortSignal): Promise<Response> {
  const headers = new Headers({ "accept-encoding": "identity" });
  if (received > 0) headers.set("range", `bytes=${received}-`);
  try {
    return await fetch(url, { headers, signal });
  } catch (error) {
    throw new TransferError(networkReason(error), { cause: error });
  }
}

function checkHeaders(response: Response, received: number, total: number): void {
  const fail = (what: string): never => {
    throw new TransferError(what);
  };
  if (response.status !== 200 && response.status !== 206) {
    fail(`it answers HTTP ${response.status} ${response.statusText}`.trimEnd());
  }
  if (response.status === 206) {
    const range = response.headers.get("content-range") ?? "";
    if (range !== `bytes ${received}-${total - 1}/${total}`) fail(`it sends the range '${range}'`);
  }
  const length = response.headers.get("content-length");
  if (length !== null && Number(length) !== total - received) {
    fail(`it sends ${Number(length) + received} bytes, the published file has ${total}`);
  }
}

async function* pieces(response: Response): AsyncGenerator<Uint8Array> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  while (true) {
    const { done, value } = await reader.read().catch((error) => {
      throw new TransferError(networkReason(error), { cause: error });
    });
    if (done) return;
    yield value;
  }
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += await file.write(bytes.subarray(written));
  }
}

/** The innermost cause, which `fetch` wraps twice. */
function networkReason(error: unknown): string {
  if (error instanceof TransferError) return error.message;
  if (error instanceof Error && error.cause !== undefined) return networkReason(error.cause);
  return messageOf(error).replace(
    /^error sending request for url \(.*?\): |^error reading a body.*?: /,
    "",
  )
    .replace(/^client error \(\w+\): /, "");
}

/** Aborts a request whose server keeps silent too long. */
class Watchdog {
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly abort: AbortController, milliseconds: number) {
    this.restart(milliseconds);
  }

  restart(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => this.abort.abort(new TransferError(`it kept silent for ${milliseconds / 1000} s`)),
      milliseconds,
    );
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
