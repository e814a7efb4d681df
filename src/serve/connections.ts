import type { Duplex } from "node:stream";
import { messageOf, UserError } from "../errors.ts";
import { ConnectionStream } from "./connection_stream.ts";
import { bracketed } from "./guard.ts";

type Timer = ReturnType<typeof setTimeout>;

/** Milliseconds until the next try where a connection cannot be accepted, and none be closed. */
const pause = 100;

/**
 * Accepts connections. Where there are too many, the one is closed on which nothing has happened
 * for longest: whoever opens connections and is silent on them keeps nobody else out. The server
 * of `node:http` would do for accepting, but accepts none any more, without a word, once the system
 * has refused it one for want of files.
 */
export class Connections {
  readonly #listener: Deno.TcpListener;
  /** In the order of what happened last, with the timers of those that are waited for. */
  readonly #open = new Map<Duplex, Timer | undefined>();
  #stopped = false;

  /**
   * Listens, keeps at most `limit` connections open, and waits `patience` milliseconds for a request;
   * a UserError where it cannot.
   */
  constructor(
    hostname: string,
    port: number,
    readonly patience: number,
    readonly limit: number,
  ) {
    try {
      this.#listener = Deno.listen({ hostname, port });
    } catch (error) {
      const where = `${bracketed(hostname)}:${port}`;
      if (error instanceof Deno.errors.AddrInUse) {
        throw new UserError(`Port ${port} is in use: choose another with --port, or 0 for any`);
      }
      if (error instanceof Deno.errors.NotCapable) {
        throw new UserError(
          `deno.json does not let this task listen on ${where}: ` +
            "--host 0.0.0.0 listens everywhere, or add the address to its permissions",
        );
      }
      throw new UserError(`Cannot listen on ${where}: ${messageOf(error)}`, { cause: error });
    }
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  /** Gives each new connection to `take`, until the end. */
  async accept(take: (connection: Duplex) => void, onError: (error: unknown) => void) {
    for (;;) {
      try {
        const connection = await this.#listener.accept();
        while (this.#open.size >= this.limit) await this.#closeOldest();
        take(this.#opened(connection));
      } catch (error) {
        if (error instanceof Deno.errors.BadResource) return; // closed
        if (await this.#closeOldest()) continue;
        onError(error);
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  }

  /** Closes the connection on which nothing has happened for longest; false where there is none. */
  async #closeOldest(): Promise<boolean> {
    const [oldest] = this.#open.keys();
    if (oldest === undefined) return false;
    const closed = new Promise((resolve) => oldest.once("close", resolve));
    oldest.destroy();
    await closed;
    return true;
  }

  #opened(connection: Deno.TcpConn): Duplex {
    const stream = new ConnectionStream(connection);
    stream.once("close", () => {
      clearTimeout(this.#open.get(stream));
      this.#open.delete(stream);
    });
    this.#open.set(stream, undefined);
    this.wait(stream);
    return stream;
  }

  /** Hears that a request of a connection has come, which is answered now. */
  work(connection: Duplex): void {
    this.#happened(connection, undefined);
  }

  /** Hears that a connection has no request now; it is closed where the next is late. */
  wait(connection: Duplex): void {
    const timer = setTimeout(() => connection.destroy(), this.patience);
    if (!this.#happened(connection, timer)) clearTimeout(timer);
  }

  #happened(connection: Duplex, timer: Timer | undefined): boolean {
    if (!this.#open.has(connection)) return false;
    clearTimeout(this.#open.get(connection));
    this.#open.delete(connection);
    this.#open.set(connection, timer);
    return true;
  }

  /** Accepts no more. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#listener.close();
  }

  /** Closes the connections on which no request is being answered; returns how many are left. */
  closeIdle(): number {
    for (const [connection, timer] of this.#open) if (timer !== undefined) connection.destroy();
    return this.#open.size;
  }

  /** Closes all connections, and accepts no more. */
  close(): void {
    this.stop();
    for (const connection of this.#open.keys()) connection.destroy();
  }
}
