import { encodePng } from "../../../src/image/mod.ts";

/** A picture that a model of 28 x 28 sees as it is. */
export const picture = encodePng(Uint8Array.from({ length: 784 }, (_, i) => i & 255), 28);

type Bytes = Uint8Array<ArrayBuffer>;

/** Texts and bytes, one after the other. */
export function joined(...parts: readonly (string | Uint8Array)[]): Bytes {
  const encoder = new TextEncoder();
  const bytes = parts.map((part) => typeof part === "string" ? encoder.encode(part) : part);
  const whole = new Uint8Array(bytes.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const part of bytes) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}

/** A request for a prediction as it is sent. */
export const requestOf = (
  body: Uint8Array,
  { query = "", type = "image/png", length = body.length, more = "" } = {},
): Bytes =>
  joined(
    `POST /v1/predict${query} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\n` +
      `Content-Length: ${length}\r\n${more}\r\n`,
    body,
  );

/** A connection on which bytes are sent as they are. */
export class RawClient {
  readonly #decoder = new TextDecoder();
  readonly #buffer = new Uint8Array(4096);

  private constructor(readonly connection: Deno.TcpConn) {}

  static async open(port: number): Promise<RawClient> {
    return new RawClient(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** Sends bytes, as far as the server takes them. */
  async send(bytes: Uint8Array): Promise<void> {
    try {
      for (let sent = 0; sent < bytes.length;) {
        sent += await this.connection.write(bytes.subarray(sent));
      }
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }

  /** Says that nothing more comes. */
  async end(): Promise<void> {
    await this.connection.closeWrite().catch((error) => {
      if (!isGone(error)) throw error;
    });
  }

  /** The next reply, or what came of it until the server closed the connection. */
  async reply(): Promise<string> {
    let text = "";
    while (!isWhole(text)) {
      const count = await this.connection.read(this.#buffer).catch((error) => {
        if (!isGone(error)) throw error;
        return null;
      });
      if (count === null) break;
      text += this.#decoder.decode(this.#buffer.subarray(0, count), { stream: true });
    }
    return text;
  }

  /** Whether the server closes the connection. */
  async isClosed(): Promise<boolean> {
    const read = this.connection.read(this.#buffer).catch((error) => {
      if (!isGone(error)) throw error;
      return null;
    });
    return await read === null;
  }

  [Symbol.dispose](): void {
    try {
      this.connection.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }
}

/** Whether a server has closed a connection before it had read all of it. */
function isGone(error: unknown): boolean {
  const { ConnectionReset, BrokenPipe, NotConnected } = Deno.errors;
  return [ConnectionReset, BrokenPipe, NotConnected].some((kind) => error instanceof kind);
}

/** Whether a text has a whole reply, the body as long as its head says. */
function isWhole(text: string): boolean {
  const place = text.indexOf("\r\n\r\n");
  if (place < 0) return false;
  const head = text.slice(0, place);
  if (/^HTTP\/1\.1 (1\d\d|204|304)/.test(head)) return true;
  const length = /^content-length: (\d+)/im.exec(head)?.[1];
  return length !== undefined &&
    new TextEncoder().encode(text.slice(place + 4)).length >= Number(length);
}
