import { type ServerOptions, startServer } from "../../src/serve/server.ts";

/** A server over run folders that looks for changes ten times a second, and ends with its scope. */
export interface TestServer extends AsyncDisposable {
  readonly address: string;
  readonly port: number;
  /** What went wrong inside. */
  readonly errors: readonly unknown[];
}

/** Starts a server on a free port, or on one that was used before. */
export function serve(
  folder: string,
  options: Partial<ServerOptions> = {},
): TestServer {
  const errors: unknown[] = [];
  const server = startServer({
    folder,
    host: "127.0.0.1",
    port: 0,
    every: 100,
    onError: (error) => errors.push(error),
    ...options,
  });
  return {
    address: server.address,
    port: Number(new URL(server.address).port),
    errors,
    [Symbol.asyncDispose]: () => server.close(),
  };
}

/** What a request for a page brought. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Asks for a page. */
export async function get(url: string, init?: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** Sends a text as it is and returns the first answer, whole or as far as the server sent it. */
export async function sendRaw(port: number, text: string): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const decoder = new TextDecoder();
  let answer = "";
  const timer = setTimeout(() => connection.close(), 10_000);
  try {
    const bytes = new TextEncoder().encode(text);
    for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
    const buffer = new Uint8Array(65536);
    while (!isWhole(answer)) {
      const count = await connection.read(buffer);
      if (count === null) break;
      answer += decoder.decode(buffer.subarray(0, count), { stream: true });
    }
  } catch (error) {
    // A server that refuses an oversized request closes before it has read all of it.
    const closed = error instanceof Deno.errors.ConnectionReset ||
      error instanceof Deno.errors.BrokenPipe;
    if (!closed) throw error;
  } finally {
    clearTimeout(timer);
  }
  return answer;
}

function isWhole(answer: string): boolean {
  const [head, body] = answer.split("\r\n\r\n", 2);
  const length = /^content-length: (\d+)/im.exec(head)?.[1];
  return body !== undefined && new TextEncoder().encode(body).length >= Number(length ?? Infinity);
}
