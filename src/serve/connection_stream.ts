import { Buffer } from "node:buffer";
import { Duplex } from "node:stream";
import type { Rounds } from "./rounds.ts";

/** Bytes that are read at once of what is long. */
const longPiece = 65536;

/**
 * A connection as a stream of `node:http`. `Duplex.from` would make one too, but throws where nobody
 * can catch it when a connection is closed while it reads.
 */
export class ConnectionStream extends Duplex {
  readonly #connection: Deno.TcpConn;
  readonly #rounds: Rounds;
  /** Where it is read into, again and again: most requests are short. */
  #piece = new Uint8Array(4096);

  /** `rounds` says when it is read from. */
  constructor(connection: Deno.TcpConn, rounds: Rounds) {
    super();
    this.#connection = connection;
    this.#rounds = rounds;
    try {
      connection.setNoDelay();
    } catch {
      // Some systems refuse it where the reader has gone already, which reading says again.
    }
    this.on("error", () => {}); // a reader who has gone is nobody's fault
  }

  override _read(): void {
    this.#rounds.next(() => {
      if (this.destroyed) return;
      this.#connection.read(this.#piece).then(
        (count) => this.#take(count),
        (error) => this.destroy(error),
      );
    });
  }

  #take(count: number | null): void {
    this.#rounds.wasRead();
    if (count === null) return void this.push(null);
    const isFull = count === this.#piece.length;
    const bytes = Buffer.from(this.#piece.subarray(0, count));
    if (isFull && count < longPiece) this.#piece = new Uint8Array(longPiece);
    this.push(bytes);
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
