import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { messageOf, UserError } from "../errors.ts";
import { type Asked, bracketed } from "./guard.ts";
import type { Reply } from "./replies.ts";

/** Connections that are open at the same time. Each may have a file open beside it. */
const connectionLimit = 100;

/** Milliseconds: a request that is not complete by then is refused, an idle connection closed. */
const times = {
  headersTimeout: 10_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
};

/** Where to listen, and who answers. */
export interface Listener {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  answer(asked: Asked): Promise<Reply>;
  /** Hears what went wrong in an answer that has begun, and in the server itself. */
  onError(error: unknown): void;
}

/** An HTTP server that listens. */
export interface HttpServer {
  readonly port: number;
  readonly finished: Promise<void>;
  close(): Promise<void>;
}

/** Listens; throws a UserError where it cannot. */
export async function listen(listener: Listener): Promise<HttpServer> {
  const { host, port } = listener;
  const where = `${bracketed(host)}:${port}`;
  if (Deno.permissions.querySync({ name: "net", host: where }).state !== "granted") {
    throw new UserError(
      `deno.json does not let this task listen on ${where}: ` +
        "--host 0.0.0.0 listens everywhere, or add the address to its permissions",
    );
  }
  const server = createServer(times);
  const touch = keepNewest();
  server.on("connection", touch);
  server.on("connect", (_, socket) => {
    socket.end("HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  });
  server.on("request", (request, response) => {
    touch(request.socket);
    response.once("close", () => touch(request.socket));
    respond(request, response, listener).catch((error) => {
      response.destroy();
      listener.onError(error);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, host, resolve);
  }).catch((error) => {
    if (error.code === "EADDRINUSE") {
      throw new UserError(`Port ${port} is in use: choose another with --port, or 0 for any`);
    }
    throw new UserError(`Cannot listen on ${where}: ${messageOf(error)}`, { cause: error });
  });
  server.removeAllListeners("error").on("error", listener.onError);
  const finished = new Promise<void>((resolve) => server.once("close", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    finished,
    close() {
      server.close();
      server.closeAllConnections();
      return finished;
    },
  };
}

/**
 * Makes a function that hears of every connection when something happens on it. Where there are
 * too many, the one on which nothing has happened for longest is closed: whoever opens connections
 * and is silent on them keeps nobody else out.
 */
function keepNewest(): (socket: Socket) => void {
  const open = new Set<Socket>(); // in the order of what happened last
  return (socket) => {
    if (socket.destroyed) return;
    if (!open.delete(socket)) socket.once("close", () => open.delete(socket));
    open.add(socket);
    if (open.size <= connectionLimit) return;
    const [oldest] = open;
    open.delete(oldest);
    oldest.destroy();
  };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  { answer }: Listener,
): Promise<void> {
  const { method = "", url: target = "", rawHeaders } = request;
  const headers = new Headers();
  for (let i = 0; i < rawHeaders.length; i += 2) headers.append(rawHeaders[i], rawHeaders[i + 1]);
  const { status, headers: head, body } = await answer({ method, target, headers });
  using file = typeof body === "string" ? undefined : body;
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : undefined;
  const size = bytes?.length ?? file?.size ?? 0;
  response.writeHead(status, status === 304 ? head : { ...head, "content-length": size });
  if (method === "HEAD" || file === undefined) {
    response.end(method === "HEAD" ? undefined : bytes);
    return;
  }
  // No more than was announced: a file may grow meanwhile.
  for (let left = size; left > 0;) {
    const piece = new Uint8Array(Math.min(left, 65536));
    const count = await file.file.read(piece);
    if (count === null || response.destroyed) return void response.destroy();
    left -= count;
    if (!response.write(piece.subarray(0, count))) await drained(response);
  }
  response.end();
}

/** Waits until a reader has taken what was sent, or has gone. */
const drained = (response: ServerResponse) =>
  new Promise<void>((resolve) => {
    const done = () => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.once("drain", done).once("close", done);
  });
