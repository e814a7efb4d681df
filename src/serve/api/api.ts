import { milliseconds } from "../../clock.ts";
import type { Body } from "../bodies.ts";
import { type Asked, type Names, pathOf, refuseAddress } from "../guard.ts";
import type { Reply } from "../replies.ts";
import { RequestError } from "../request_error.ts";
import type { Stores } from "../router.ts";
import { Access, type AccessOptions } from "./access.ts";
import type { Batching } from "./batcher.ts";
import { Metrics } from "./metrics.ts";
import type { Route } from "./route.ts";
import { routes } from "./routes.ts";
import { ServedModels } from "./served_models.ts";

/** How the API predicts, and for whom. */
export interface ApiOptions extends Batching, AccessOptions {
  /** Whether newer weights of a run take the place of loaded ones. */
  readonly watch: boolean;
}

/** Answers what is asked below the API's addresses. */
export interface Api {
  answer(asked: Asked, body: Body): Promise<Reply>;
  /** Frees what it holds when all has been answered. */
  close(): Promise<void>;
}

const byPath = new Map(routes.map((route) => [route.path, route]));

/** Whether an address is one of the API's. */
export const isOfApi = (target: string): boolean => {
  const path = pathOf(target);
  return path.startsWith("/v1/") || byPath.has(path.split("?", 1)[0]);
};

const headers = {
  "content-type": "application/json",
  "cache-control": "no-store",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
};

/** The API of a server that predicts nothing. */
export const apiOff: Api = {
  answer: () => {
    const reason = "This server predicts nothing: start it with serve --predict";
    return Promise.resolve(errorReply(new RequestError(404, reason)));
  },
  close: () => Promise.resolve(),
};

/** The API over run folders. */
export function predictApi(
  stores: Stores,
  names: Names,
  options: ApiOptions,
  onError: (error: unknown) => void,
): Api {
  const access = new Access(options);
  const metrics = new Metrics();
  const models = new ServedModels({
    ...options,
    stores,
    onBatch: (size) => metrics.batch(size),
    onError,
  });
  const service = { models, metrics };
  const replyTo = async (asked: Asked, body: Body, path: string, search: string) => {
    const refused = refuseAddress(asked, names);
    if (refused !== undefined) throw new RequestError(refused.status, refused.reason);
    access.checkOrigin(asked);
    const route = routeOf(asked, path);
    if (route === undefined) return { status: 204, headers: {}, body: "" };
    if (!route.isOpen) access.checkToken(asked);
    const text = await route.answer({ ...asked, search, body }, service);
    return { status: 200, headers: headersOf(route), body: text, isBrief: true };
  };
  return {
    async answer(asked, body) {
      const begun = milliseconds();
      const [path, search = ""] = split(pathOf(asked.target));
      let reply: Reply;
      try {
        reply = await replyTo(asked, body, path, search);
      } catch (error) {
        if (!(error instanceof RequestError)) onError(error);
        reply = errorReply(error);
      }
      metrics.request(byPath.has(path) ? path : "other", reply.status, milliseconds() - begun);
      const more = access.headersFor(asked);
      const allow = [204, 405].includes(reply.status) ? allowed(byPath.get(path)) : undefined;
      if (more === undefined && allow === undefined) return reply;
      return { ...reply, headers: { ...reply.headers, ...more, ...allow } };
    },
    close: () => models.close(),
  };
}

/** With which methods an address is asked. */
const allowed = (route?: Route): Reply["headers"] => ({
  allow: route?.method === "GET" ? "GET, HEAD, OPTIONS" : "POST, OPTIONS",
});

const headersOf = ({ reply: { type } }: Route): Reply["headers"] =>
  type === headers["content-type"] ? headers : { ...headers, "content-type": type };

/** Path and search of an address. */
function split(path: string): [path: string, search?: string] {
  const place = path.indexOf("?");
  return place < 0 ? [path] : [path.slice(0, place), path.slice(place + 1)];
}

/** The route of a request; undefined for a browser that asks whether it may ask. */
function routeOf({ method }: Asked, path: string): Route | undefined {
  const route = byPath.get(path);
  if (route === undefined) {
    const known = routes.map(({ method, path }) => `${method} ${path}`).join(", ");
    throw new RequestError(404, `There is no such address: there are ${known}`);
  }
  if (method === "OPTIONS") return undefined;
  if (method === route.method || method === "HEAD" && route.method === "GET") return route;
  throw new RequestError(405, `${path} is asked with ${route.method}, not with ${method}`);
}

function errorReply(error: unknown): Reply {
  const refused = error instanceof RequestError
    ? error
    : new RequestError(500, "Something went wrong; the server's log says what");
  const { status, message, retryAfter } = refused;
  const more: Record<string, string> = {};
  if (retryAfter !== undefined) more["retry-after"] = String(retryAfter);
  if (status === 401) more["www-authenticate"] = "Bearer";
  const body = JSON.stringify({ error: message.replace(/(?<!\.)\.$/, "") });
  return { status, headers: { ...headers, ...more }, body, isBrief: true };
}
