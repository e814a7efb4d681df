import { type Markup, markup } from "../html/mod.ts";
import type { Refusal } from "./guard.ts";
import { documentOf } from "./pages/page.ts";
import type { OpenedFile } from "../storage/mod.ts";

/** Nothing but what this server itself sends; no script and no style inside a document. */
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
  "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** A run's file is data, whoever wrote it: it may style itself and nothing else. */
const filePolicy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; " +
  "font-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

function headers(type: string, policy: string): Record<string, string> {
  return {
    "content-type": type,
    "content-security-policy": policy,
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  };
}

/** A page; pages and event streams share their addresses. */
export function pageResponse(document: Markup, status: number): Response {
  const head = { ...headers("text/html; charset=utf-8", pagePolicy), vary: "accept" };
  return new Response(document.text, { status, headers: head });
}

/** A style sheet, script or picture of the pages. */
export function assetResponse(text: string, type: string): Response {
  return new Response(text, { headers: headers(type, pagePolicy) });
}

/** A refusal: a page of one sentence, without the script, which would ask for it again. */
export function refusalResponse({ status, reason }: Refusal): Response {
  const main = markup`
    <h1>${status}</h1>
    <p>${/[.?!]$/.test(reason) ? reason : `${reason}.`}</p>
    <p><a href="/">All runs</a></p>
  `;
  const response = pageResponse(documentOf({ title: `${status}`, status, main }, false), status);
  if (status === 405) response.headers.set("allow", "GET, HEAD");
  return response;
}

/** A file of a run, sent from the disk piece by piece. */
export function fileResponse({ file, size }: OpenedFile, name: string): Response {
  const type = name.endsWith(".html") ? "text/html" : "text/plain";
  const head = { ...headers(`${type}; charset=utf-8`, filePolicy), "content-length": `${size}` };
  return new Response(file.readable, { headers: head });
}

/** A stream of events. */
export function eventResponse(body: ReadableStream<Uint8Array<ArrayBuffer>>): Response {
  const head = { ...headers("text/event-stream", pagePolicy), vary: "accept" };
  return new Response(body, { headers: head });
}
