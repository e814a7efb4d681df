import type { Markup } from "../html/mod.ts";
import type { OpenedFile } from "../storage/mod.ts";

/** What a request is answered with. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A text, or a file that whoever sends it closes. */
  readonly body: string | OpenedFile;
  /** Whether its reader has to take it within the time that a request may take. */
  readonly isBrief?: boolean;
}

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

const html = "text/html; charset=utf-8";

/** A page; `tag` is the identity of what it shows. */
export function pageReply(document: Markup, status: number, tag: string): Reply {
  return { status, headers: { ...headers(html, pagePolicy), etag: tag }, body: document.text };
}

/** Says that the page which the reader has is the newest. */
export function unchangedReply(tag: string): Reply {
  return { status: 304, headers: { ...headers(html, pagePolicy), etag: tag }, body: "" };
}

/** A style sheet, script or picture of the pages. */
export function assetReply(body: string, type: string): Reply {
  return { status: 200, headers: headers(type, pagePolicy), body };
}

/** Sends the reader to another address, relative to the one that was asked for. */
export function redirection(location: string): Reply {
  return { status: 308, headers: { ...headers(html, pagePolicy), location }, body: "" };
}

/** A page that says why a request is refused. What else such a client may send is not read. */
export function refusalReply(document: Markup, status: number): Reply {
  const head: Record<string, string> = { ...headers(html, pagePolicy), connection: "close" };
  if (status === 405) head.allow = "GET, HEAD";
  return { status, headers: head, body: document.text };
}

/** A file of a run, sent from the disk piece by piece. */
export function fileReply(body: OpenedFile, name: string): Reply {
  const type = name.endsWith(".html") ? "text/html; charset=utf-8" : "text/plain; charset=utf-8";
  const isData = name.endsWith(".safetensors");
  return {
    status: 200,
    headers: headers(isData ? "application/octet-stream" : type, filePolicy),
    body,
  };
}
