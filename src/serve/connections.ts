import type { Duplex } from "node:stream";
import { milliseconds } from "../clock.ts";
import { messageOf, UserError } from "../errors.ts";
import { ConnectionStream } from "./connection_stream.ts";
import { bracketed } from "./guard.ts";
import { Rounds } from "./rounds.ts";

/** What a connection does: it has no request, or one that is read, worked on, or answered. */
type Phase = "waiting" | "reading" | "working" | "sending";

/** How a connection stands. */
interface Standing {
  phase: Phase;
  /** Since when it waits for what comes next, in milliseconds. */
  since: number;
}

/** Looks for late connections in the time that they are waited for. */
const looks = 4;
/** Milliseconds until the next try where a connection had to be closed. */
const breath = 2;
/** Milliseconds until the next try where a connection cannot be accepted, and none be closed. */
const pause = 100;

/** Whether a connection was not accepted because who asked for it has gone, which is no want of files. */
function hasGone(error: unknown): boolean {
  const { NotConnected, ConnectionReset, ConnectionAborted } = Deno.errors;
  return [NotConnected, ConnectionReset, ConnectionAborted].some((kind) => error instanceof kind);
}

/**
 * Accepts connections. Where there are too many, the one is closed on which nothing has happened
 * for longest: whoever opens connections and is silent on them keeps nobody else out. The server
 * of `node:http` would do for accepting, but accepts none any more, without a word, once the system
 * has refused it one for want of files.
 */
export class Connections {
  readonly #listener: Deno.TcpListener;
  /** In the order of what happened last. */
  readonly #open = new Map<Duplex, Standing>();
  readonly #rounds = new Rounds(() => this.#open.size);
  readonly #timer: ReturnType<typeof setInterval>;
  #looked = milliseconds();
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
    this.#timer = setInterval(() => this.#closeLate(), patience / looks);
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
        if (hasGone(error)) continue;
        const isClosed = await this.#closeOldest();
        if (!isClosed) onError(error);
        // Its file is free when the loop has seen that nothing is read from it any more.
        await new Promise((resolve) => setTimeout(resolve, isClosed ? breath : pause));
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

  /** Closes the connections whose time is over; those of which something was heard later follow. */
  #closeLate(): void {
    const now = milliseconds();
    const wasBusy = now - this.#looked > 2 * this.patience / looks;
    this.#looked = now;
    if (wasBusy) return; // what was sent in time has perhaps not been read yet
    const late = now - this.patience;
    for (const [connection, { since, phase }] of this.#open) {
      if (since > late) return;
      if (phase !== "working") connection.destroy();
    }
  }

  #opened(connection: Deno.TcpConn): Duplex {
    const stream = new ConnectionStream(connection, this.#rounds);
    stream.once("close", () => this.#open.delete(stream));
    stream.once("end", () => {
      const { phase } = this.#open.get(stream) ?? {};
      if (phase === "waiting" || phase === "reading") stream.destroy(); // the rest never comes
    });
    this.#open.set(stream, { phase: "waiting", since: milliseconds() });
    return stream;
  }

  /** Hears that a request has begun to come; it is still closed where the rest is late. */
  begin(connection: Duplex): void {
    const standing = this.#open.get(connection);
    if (standing !== undefined) standing.phase = "reading";
  }

  /** Hears that a request has come to its end, which is answered now. */
  work(connection: Duplex): void {
    this.#stand(connection, "working");
  }

  /** Hears that an answer is being sent that has to be taken in time. */
  hurry(connection: Duplex): void {
    this.#stand(connection, "sending");
  }

  /** Hears that a connection has no request now; it is closed where the next is late. */
  wait(connection: Duplex): void {
    this.#stand(connection, "waiting");
  }

  #stand(connection: Duplex, phase: Phase): void {
    const standing = this.#open.get(connection);
    if (standing === undefined) return;
    standing.phase = phase;
    standing.since = milliseconds();
    this.#open.delete(connection);
    this.#open.set(connection, standing);
  }

  /** Accepts no more. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#listener.close();
  }

  /** Closes the connections on which no request has begun; returns how many are left. */
  closeIdle(): number {
    const open = [...this.#open];
    const idle = open.filter(([, { phase }]) => phase === "waiting");
    for (const [connection] of idle) connection.destroy();
    return open.length - idle.length;
  }

  /** Closes all connections, and accepts no more. */
  close(): void {
    this.stop();
    clearInterval(this.#timer);
    this.#rounds[Symbol.dispose]();
    for (const connection of this.#open.keys()) connection.destroy();
  }
}
