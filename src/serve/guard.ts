const loopback = ["127.0.0.1", "localhost", "[::1]"];
const everywhere = ["0.0.0.0", "::", "[::]"];

/** The longest address that is read, in characters: room for the comparison of many runs. */
const addressLimit = 8192;

/** Why a request is refused. */
export interface Refusal {
  readonly status: number;
  readonly reason: string;
}

/**
 * Refuses what no reader of these pages sends: other methods, bodies, addresses that are too long
 * or try to leave their folder, and hosts that are not this server. The last is against DNS
 * rebinding, where a foreign page makes its own name point here: a name is refused unless it is
 * ours. Ports are not compared, so that a forwarded port works.
 */
export function refuse(request: Request, host: string): Refusal | undefined {
  const { method, url, headers } = request;
  if (method !== "GET" && method !== "HEAD") {
    return { status: 405, reason: `${method} is not for these pages` };
  }
  if (url.length > addressLimit) return { status: 414, reason: "The address is too long" };
  if (Number(headers.get("content-length") ?? 0) > 0 || headers.has("transfer-encoding")) {
    return { status: 413, reason: "A request for a page has no body" };
  }
  const named = [headers.get("host") ?? "", authorityOf(url)];
  if (!named.every((authority) => isOurs(authority, host))) {
    return { status: 403, reason: "This server is not known by that name: use its address" };
  }
  if (leavesItsFolder(url)) return { status: 400, reason: "The address is malformed" };
}

/** Whether a Host header (`localhost:8000`) names this server, which listens on `host`. */
function isOurs(authority: string, host: string): boolean {
  const name = /^([\w.-]+|\[[\da-f:.]+\])(:\d{1,5})?$/i.exec(authority)?.[1].toLowerCase();
  if (name === undefined) return false;
  if (loopback.includes(name) || name === bracketed(host.toLowerCase())) return true;
  return everywhere.includes(host) && isAddress(name);
}

/** A number cannot be made to point elsewhere, as a name can. */
function isAddress(name: string): boolean {
  return name.startsWith("[") || /^\d{1,3}(\.\d{1,3}){3}$/.test(name);
}

/** An IPv6 address as it stands in a URL. */
export function bracketed(host: string): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}

/** `localhost:8000` of `http://localhost:8000/runs`. */
function authorityOf(url: string): string {
  return /^https?:\/\/([^/?#\\]*)/i.exec(url)?.[1] ?? "";
}

/** Whether a path has dot segments, NUL, backslashes or hidden slashes, plain or encoded. */
function leavesItsFolder(url: string): boolean {
  const path = url.replace(/^https?:\/\/[^/?#\\]*/i, "").replace(/[?#].*$/s, "");
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return true; // not an encoding
  }
  const hidden = /%2f|%5c|%00/i.test(path);
  // deno-lint-ignore no-control-regex
  return hidden || /[\\\x00-\x1f]/.test(decoded) || /(^|\/)\.\.?(\/|$)/.test(decoded);
}
