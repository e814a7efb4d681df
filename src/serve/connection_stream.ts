import { Buffer } from "node:buffer";
import { Duplex } from "node:stream";

/**
 * A connection as a stream of `node:http`. `Duplex.from` would make one too, but throws where nobody
 * can catch it when a connection is closed while it reads.
 */
export class ConnectionStream extends Duplex {
  readonly #connection: Deno.TcpConn;
  /** Where it is read into: one piece for all reads, since most of them bring little. */
  readonly #piece = new Uint8Array(16384);

  constructor(connection: Deno.TcpConn) {
    super();
    this.#connection = connection;
    try {
      connection.setNoDelay();
    } catch {
      // Some systems refuse it where the reader has gone already, which reading says again.
    }
    this.on("error", () => {}); // a reader who has gone is nobody's fault
  }

  override _read(): void {
    this.#connection.read(this.#piece).then(
      (count) => this.push(count === null ? null : Buffer.from(this.#piece.subarray(0, count))),
      (error) => this.destroy(error),
    );
  }

  override _write(chunk: Uint8Array, _: string, done: (error?: Error) => void): void {
    this.#send(chunk).then(() => done(), done);
  }

  override _final(done: (error?: Error) => void): void {
    this.#connection.closeWrite().then(() => done(), done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#connection.close();
    done(error);
  }

  async #send(bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.length;) {
      sent += await this.#connection.write(bytes.subarray(sent));
    }
  }
}
