import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { Connections } from "./connections.ts";
import type { Asked } from "./guard.ts";
import type { Reply } from "./replies.ts";

/** Requests that may wait on one connection for the answer to those before. */
const queueLimit = 8;

/** Where to listen, and who answers. */
export interface Listening {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Milliseconds after which a connection is closed whose next request is not complete. */
  readonly patience: number;
  answer(asked: Asked): Promise<Reply>;
  /** Hears what goes wrong in an answer that has begun, and in accepting connections. */
  onError(error: unknown): void;
}

/** An HTTP server that listens. */
export interface HttpServer {
  readonly port: number;
  readonly finished: Promise<void>;
  close(): Promise<void>;
}

/** Listens; throws a UserError where it cannot. */
export function listen({ host, port, patience, answer, onError }: Listening): HttpServer {
  const server = createServer();
  const connections = new Connections(host, port, patience);
  const queues = new WeakMap<Duplex, { last: Promise<void>; length: number }>();
  server.on("connect", (_, socket) => {
    socket.end("HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  });
  server.on("request", (request, response) => {
    const connection: Duplex = request.socket;
    const queue = queues.get(connection) ?? { last: Promise.resolve(), length: 0 };
    queues.set(connection, queue);
    if (queue.length++ >= queueLimit) return void connection.destroy();
    const answered = async () => {
      connections.work(connection);
      await respond(request, response, answer);
      connections.wait(connection);
    };
    queue.last = queue.last.then(answered).catch((error) => {
      response.destroy();
      onError(error);
    }).finally(() => queue.length--);
  });
  const finished = connections.accept((each) => server.emit("connection", each), onError);
  return {
    port: connections.port,
    finished,
    close() {
      connections.close();
      server.close();
      return finished;
    },
  };
}

/** Answers a request; over when the answer has been sent or its reader has gone. */
async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Listening["answer"],
): Promise<void> {
  const { method = "", url: target = "", rawHeaders } = request;
  const headers = new Headers();
  for (let i = 0; i < rawHeaders.length; i += 2) headers.append(rawHeaders[i], rawHeaders[i + 1]);
  const { status, headers: head, body } = await answer({ method, target, headers });
  using file = typeof body === "string" ? undefined : body;
  const text = typeof body === "string" ? new TextEncoder().encode(body) : undefined;
  const size = text?.length ?? file!.size;
  if (response.destroyed) return;
  response.writeHead(status, status === 304 ? head : { ...head, "content-length": size });
  // No more of a file than was announced: it may grow meanwhile.
  for (let left = method === "HEAD" || file === undefined ? 0 : size; left > 0;) {
    const piece = new Uint8Array(Math.min(left, 65536));
    const count = await file!.file.read(piece);
    if (count === null || response.destroyed) return void response.destroy();
    left -= count;
    if (!response.write(piece.subarray(0, count))) await happened(response, "drain");
  }
  response.end(method === "HEAD" ? undefined : text);
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
