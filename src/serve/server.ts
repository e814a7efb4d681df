import { messageOf, UserError } from "../errors.ts";
import { Events } from "./events.ts";
import { bracketed, refuse } from "./guard.ts";
import { documentOf } from "./pages/page.ts";
import { eventResponse, pageResponse, refusalResponse } from "./responses.ts";
import { route } from "./router.ts";
import { RunStore } from "./run_store.ts";

/** How the pages are served. */
export interface ServerOptions {
  /** The parent of the run folders; it need not exist yet. */
  readonly folder: string;
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Milliseconds between two looks at the folder while a page is open. */
  readonly every?: number;
  /** Hears of what goes wrong inside. */
  readonly onError: (error: unknown) => void;
}

/** A server that answers until it is closed. */
export interface Server {
  /** Its address for a browser on this machine. */
  readonly address: string;
  readonly finished: Promise<void>;
  close(): Promise<void>;
}

/** Serves pages over run folders; throws a UserError where it cannot listen. */
export function startServer(options: ServerOptions): Server {
  const { folder, host, every = 1000, onError } = options;
  const store = new RunStore(folder);
  const events = new Events(store, every, onError);
  const server = listen(options, (request) => answer(request, host, store, events), (error) => {
    onError(error);
    return refusalResponse({
      status: 500,
      reason: "Something went wrong; the server's log says what",
    });
  });
  return {
    address: `http://${reachable(host)}:${server.addr.port}/`,
    finished: server.finished,
    async close() {
      events.close();
      await server.shutdown();
    },
  };
}

function answer(request: Request, host: string, store: RunStore, events: Events): Response {
  const refusal = refuse(request, host);
  if (refusal !== undefined) return refusalResponse(refusal);
  const destination = route(new URL(request.url), store);
  if (destination instanceof Response) return destination;
  if (typeof destination !== "function") return refusalResponse(destination);
  if (request.headers.get("accept") !== "text/event-stream") {
    const page = destination();
    return pageResponse(documentOf(page), page.status);
  }
  if (events.full) return refusalResponse({ status: 503, reason: "Too many pages are open" });
  const known = request.headers.get("last-event-id") ?? "";
  return eventResponse(events.stream(() => destination().main.text, known));
}

function listen(
  { host: hostname, port }: ServerOptions,
  handler: (request: Request) => Response,
  onError: (error: unknown) => Response,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({ hostname, port, onListen() {}, onError }, handler);
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

/** Where a browser on this machine finds a server that listens on `host`. */
function reachable(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  return host === "::" ? "[::1]" : bracketed(host);
}
