import { type Markup, markup } from "../html/mod.ts";
import type { Refusal } from "./guard.ts";
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

/** A refusal, in one sentence. */
export function refusalResponse({ status, reason }: Refusal): Response {
  const document = markup`
    <!DOCTYPE html>
    <title>${status}</title>
    <p>${reason}.</p>
  `;
  const head = headers("text/html; charset=utf-8", pagePolicy);
  if (status === 405) Object.assign(head, { allow: "GET, HEAD" });
  return new Response(document.text, { status, headers: head });
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
