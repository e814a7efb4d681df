import { Buffer } from "node:buffer";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { Bodies, type Body } from "./bodies.ts";
import { Connections } from "./connections.ts";
import { type Asked, hasBody } from "./guard.ts";
import type { Reply } from "./replies.ts";

/** Requests that may wait on one connection for the answer to those before. */
const queueLimit = 8;

/** Milliseconds in which a request that is under way is still taken when the server stops. */
const grace = 200;

/** Where to listen, and who answers. */
export interface Listening {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Milliseconds after which a connection is closed whose next request is not complete. */
  readonly patience: number;
  /** Connections that are open at the same time. Each may have a file open beside it. */
  readonly connectionLimit: number;
  answer(asked: Asked, body: Body): Promise<Reply>;
  /** Hears what goes wrong in an answer that has begun, and in accepting connections. */
  onError(error: unknown): void;
}

/** An HTTP server that listens. */
export interface HttpServer {
  readonly port: number;
  /** Over when it accepts no more and the last answer has been sent. */
  readonly finished: Promise<void>;
  /** Accepts no more, and lets requests that have begun end within `milliseconds`. */
  stop(milliseconds: number): Promise<void>;
  /** Ends at once. */
  close(): Promise<void>;
}

/** Listens; throws a UserError where it cannot. */
export function listen(listening: Listening): HttpServer {
  const { host, port, patience, connectionLimit, onError } = listening;
  const server = createServer();
  // `node:http` closes a connection after each reply of a server that it has not seen listen, and
  // would close silent ones by a clock of its own: both is the gate's business. Who has said that
  // no more requests come is still answered.
  Object.defineProperty(server, "listening", { value: true });
  Object.assign(server, { httpAllowHalfOpen: true, keepAliveTimeout: 0 });
  const connections = new Connections(host, port, patience, connectionLimit);
  const queues = new WeakMap<Duplex, { last: Promise<void>; length: number; isFull: boolean }>();
  const bodies = new Bodies();
  let stopping = false;
  server.on("connect", (_, socket) => {
    socket.end("HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  });
  server.on("request", (request, response) => {
    const connection: Duplex = request.socket;
    const queue = queues.get(connection) ??
      { last: Promise.resolve(), length: 0, isFull: false };
    queues.set(connection, queue);
    // Those that wait are answered; then the connection is closed, and the client sends the others anew.
    queue.isFull ||= queue.length === queueLimit;
    if (queue.isFull) return void request.resume();
    queue.length++;
    const answered = async () => {
      const asked = askedOf(request);
      let held = 0;
      let unread = hasBody(asked);
      if (unread) connections.begin(connection);
      else connections.work(connection);
      const read = async () => {
        const bytes = await bodies.read(request, Number(asked.headers.get("content-length") ?? 0));
        [unread, held] = [false, bytes.length];
        connections.work(connection);
        return bytes;
      };
      try {
        const reply = await listening.answer(asked, { read });
        const isLast = queue.isFull && queue.length === 1;
        if (unread || stopping || isLast) response.shouldKeepAlive = false;
        const sent = send(request, response, reply);
        if (reply.isBrief) connections.hurry(connection);
        await sent;
      } finally {
        bodies.release(held);
      }
      connections.wait(connection);
    };
    queue.last = queue.last.then(answered).catch((error) => {
      response.destroy();
      onError(error);
    }).finally(() => queue.length--);
  });
  const accepted = connections.accept((each) => server.emit("connection", each), onError);
  const closed = Promise.withResolvers<void>();
  const close = () => {
    connections.close();
    server.close();
    closed.resolve();
    return finished;
  };
  const finished = closed.promise.then(() => accepted);
  return {
    port: connections.port,
    finished,
    async stop(milliseconds) {
      stopping = true;
      connections.stop();
      for (let waited = 0; waited < milliseconds; waited += grace) {
        await new Promise((resolve) => setTimeout(resolve, grace));
        if (connections.closeIdle() === 0) break;
      }
      await close();
    },
    close,
  };
}

function askedOf({ method = "", url: target = "", rawHeaders }: IncomingMessage): Asked {
  const headers = new Map<string, string>();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i].toLowerCase();
    const before = headers.get(name);
    headers.set(name, before === undefined ? rawHeaders[i + 1] : `${before}, ${rawHeaders[i + 1]}`);
  }
  return { method, target, headers };
}

/** Sends a reply; over when it has been sent or its reader has gone. */
async function send(
  { method }: IncomingMessage,
  response: ServerResponse,
  { status, headers: head, body }: Reply,
): Promise<void> {
  using file = typeof body === "string" ? undefined : body;
  const size = typeof body === "string" ? Buffer.byteLength(body) : body.size;
  if (response.destroyed) return;
  const isBare = status === 304 || status === 204;
  response.writeHead(status, isBare ? head : { ...head, "content-length": size });
  // No more of a file than was announced: it may grow meanwhile.
  for (let left = method === "HEAD" || file === undefined ? 0 : size; left > 0;) {
    const piece = new Uint8Array(Math.min(left, 65536));
    const count = await file!.file.read(piece);
    if (count === null || response.destroyed) return void response.destroy();
    left -= count;
    if (!response.write(piece.subarray(0, count))) await happened(response, "drain");
  }
  response.end(method === "HEAD" || typeof body !== "string" ? undefined : body);
  await happened(response, "finish");
}

/** Waits until something has happened to a response, or its reader has gone. */
function happened(response: ServerResponse, what: "drain" | "finish"): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed || response.writableFinished) return resolve();
    const done = () => {
      response.off(what, done).off("close", done);
      resolve();
    };
    response.once(what, done).once("close", done);
  });
}
