import { markup } from "../html/mod.ts";
import { apiOff, type ApiOptions, isOfApi, predictApi } from "./api/mod.ts";
import { type Asked, bracketed, type Names, pathOf, type Refusal, refuse } from "./guard.ts";
import { listen } from "./http_server.ts";
import { documentOf, rootOf } from "./pages/page.ts";
import { PageModels } from "./page_models.ts";
import { Rendered } from "./rendered.ts";
import { pageReply, refusalReply, type Reply, unchangedReply } from "./replies.ts";
import { route, type Stores } from "./router.ts";
import { refuseUnreadable, RunStore } from "./run_store.ts";
import { StudyStore } from "./study_store.ts";

/** Connections that are open at the same time: readers of pages are few, callers of an API many. */
const connectionLimit = { pages: 64, api: 2048 };

/** How the pages are served. */
export interface ServerOptions {
  /** The parent of the run folders; it need not exist yet. */
  readonly folder: string;
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Further names under which the server is asked for, such as a reverse proxy's. */
  readonly allowedHosts?: readonly string[];
  /** Milliseconds after which a connection is closed whose next request is not complete. */
  readonly patience?: number;
  /** Milliseconds between two looks of an open page. */
  readonly every?: number;
  /** How the models of the runs predict over HTTP; they do not where it is missing. */
  readonly predict?: ApiOptions;
  /** Hears of what goes wrong inside. */
  readonly onError: (error: unknown) => void;
}

/** A server that answers until it is closed. */
export interface Server {
  /** Its address for a browser on this machine. */
  readonly address: string;
  readonly finished: Promise<void>;
  /** Accepts no more, and lets requests that have begun end within `milliseconds`. */
  stop(milliseconds: number): Promise<void>;
  close(): Promise<void>;
}

/** Serves pages over run folders; throws a UserError where it cannot listen or read the folder. */
export function startServer(options: ServerOptions): Server {
  const { folder, host, port, allowedHosts = [], every = 1000, predict, onError } = options;
  const { patience = predict ? 4_000 : 10_000 } = options;
  refuseUnreadable(folder);
  const stores = {
    runs: new RunStore(folder),
    studies: new StudyStore(folder),
    models: new PageModels(predict !== undefined),
  };
  const pages = { stores, rendered: new Rendered(every), every };
  const names = { host, allowed: allowedHosts };
  const api = predict ? predictApi(stores, names, predict, onError) : apiOff;
  const server = listen({
    host,
    port,
    patience,
    connectionLimit: predict ? connectionLimit.api : connectionLimit.pages,
    onError,
    answer: (asked, body) =>
      isOfApi(asked.target)
        ? api.answer(asked, body)
        : answer(asked, names, pages).catch((error) => {
          onError(error);
          const reason = "Something went wrong; the server's log says what";
          return refusal({ status: 500, reason }, asked);
        }),
  });
  const finished = server.finished.then(() => api.close());
  return {
    address: `http://${reachable(host)}:${server.port}/`,
    finished,
    stop: (milliseconds) => server.stop(milliseconds).then(() => finished),
    close: () => server.close().then(() => finished),
  };
}

/** What pages are made of, and how often an open one looks whether it has changed. */
interface Pages {
  readonly stores: Stores;
  readonly rendered: Rendered;
  readonly every: number;
}

async function answer(asked: Asked, names: Names, pages: Pages): Promise<Reply> {
  const refused = refuse(asked, names);
  if (refused !== undefined) return refusal(refused, asked);
  const known = asked.headers.get("if-none-match");
  const url = new URL(`http://localhost${pathOf(asked.target)}`);
  // A page that is open looks again and again: many of them share one look at the folder.
  const destination = await route(url, pages.stores, known === undefined ? 0 : pages.every);
  if ("reason" in destination) return refusal(destination, asked);
  if ("body" in destination) return destination;
  const page = pages.rendered.get(url, destination);
  const tag = `"${page.tag}"`;
  // A proxy that compresses makes the tag a weak one.
  if (known?.replace(/^W\//, "") === tag) return unchangedReply(tag);
  return pageReply(page.document, page.status, tag);
}

/** The page that says why a request is refused. */
function refusal({ status, reason }: Refusal, { target }: Asked): Reply {
  const root = rootOf(pathOf(target).replace(/[?#].*$/s, ""));
  const main = markup`
    <h1>${status}</h1>
    <p>${/[.?!]$/.test(reason) ? reason : `${reason}.`}</p>
    <p><a href="${root}">All runs</a></p>
  `;
  return refusalReply(documentOf({ title: `${status}`, status, main }, root), status);
}

/** Where a browser on this machine finds a server that listens on `host`. */
function reachable(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  return host === "::" ? "[::1]" : bracketed(host);
}
