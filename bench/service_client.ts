/** A request and what is right to answer it with. */
export interface Question {
  /** The request as it is sent. */
  readonly bytes: Uint8Array;
  /** The index of the class that the model gives. */
  readonly label: number;
}

/** What a client saw of a server. */
export interface Load {
  /** Requests that were answered rightly. */
  readonly answered: number;
  /** Requests that were refused, cut off, or answered with another class. */
  readonly failed: number;
  /** What was wrong with the first of them. */
  readonly problem?: string;
  readonly seconds: number;
  /** Milliseconds from the first byte sent to the last one read, ascending. */
  readonly latencies: Float64Array;
}

/** A POST request of a picture. */
export function question(path: string, picture: Uint8Array, label: number): Question {
  const head = new TextEncoder().encode(
    `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: image/png\r\n` +
      `Content-Length: ${picture.length}\r\n\r\n`,
  );
  const bytes = new Uint8Array(head.length + picture.length);
  bytes.set(head);
  bytes.set(picture, head.length);
  return { bytes, label };
}

/**
 * Asks a server on `port` over that many connections, which stay open, each with one request after
 * another for `seconds`.
 */
export async function load(
  port: number,
  questions: readonly Question[],
  connections: number,
  seconds: number,
): Promise<Load> {
  const latencies: number[] = [];
  let failed = 0;
  let problem: string | undefined;
  const begun = performance.now();
  const end = begun + 1000 * seconds;
  const ask = async (place: number) => {
    let connection: Connection | undefined;
    for (let turn = place; performance.now() < end; turn += connections) {
      const { bytes, label } = questions[turn % questions.length];
      const sent = performance.now();
      try {
        connection ??= await Connection.open(port);
        const said = await connection.ask(bytes);
        if (said !== label) throw new Error(`the class is ${said}, not ${label}`);
        latencies.push(performance.now() - sent);
      } catch (error) {
        failed++;
        problem ??= error instanceof Error ? error.message : String(error);
        connection?.close();
        connection = undefined;
        // A server that refuses connections is not to be asked without a pause.
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
    connection?.close();
  };
  await Promise.all(Array.from({ length: connections }, (_, place) => ask(place)));
  return {
    answered: latencies.length,
    failed,
    problem,
    seconds: (performance.now() - begun) / 1000,
    latencies: Float64Array.from(latencies).sort(),
  };
}

const decoder = new TextDecoder();

/** A connection that stays open: `fetch` would take most of the processor that the servers are to have. */
class Connection {
  readonly #buffer = new Uint8Array(4096);

  constructor(readonly stream: Deno.TcpConn) {}

  static async open(port: number): Promise<Connection> {
    const stream = await Deno.connect({ hostname: "127.0.0.1", port });
    stream.setNoDelay();
    return new Connection(stream);
  }

  close(): void {
    this.stream.close();
  }

  /** The index of the class that the server answers with. */
  async ask(request: Uint8Array): Promise<number> {
    for (let sent = 0; sent < request.length;) {
      sent += await this.stream.write(request.subarray(sent));
    }
    let text = "";
    for (;;) {
      const count = await this.stream.read(this.#buffer);
      if (count === null) throw new Error("the server closed the connection");
      text += decoder.decode(this.#buffer.subarray(0, count)); // heads and replies are ASCII
      const label = labelOf(text);
      if (label !== undefined) return label;
    }
  }
}

/** The label in an answer; undefined where it is not complete, an Error for another answer. */
export function labelOf(answer: string): number | undefined {
  const body = answer.indexOf("\r\n\r\n") + 4;
  if (body < 4) return undefined;
  if (!answer.startsWith("HTTP/1.1 200 ")) throw new Error(answer.slice(0, 200));
  const length = /\r\ncontent-length: *(\d+)/i.exec(answer)?.[1];
  if (length === undefined) throw new Error(`no length in ${answer.slice(0, 200)}`);
  if (answer.length < body + Number(length)) return undefined;
  return JSON.parse(answer.slice(body)).predictions[0].label;
}
