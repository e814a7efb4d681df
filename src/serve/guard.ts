const loopback = ["127.0.0.1", "localhost", "[::1]"];
const everywhere = ["0.0.0.0", "::", "[::]"];

/** The longest address that is read, in characters: room for the comparison of many runs. */
const addressLimit = 8192;

/** A request without its body. */
export interface Asked {
  readonly method: string;
  /** The address as it was sent: `/runs/a?x=1`, or all of it. */
  readonly target: string;
  /** By their names in lower case; what was sent several times is joined by commas. */
  readonly headers: ReadonlyMap<string, string>;
}

/** Why a request is refused. */
export interface Refusal {
  readonly status: number;
  readonly reason: string;
}

/** The names under which a server is known. */
export interface Names {
  /** Where it listens. */
  readonly host: string;
  /** Further names, such as a reverse proxy's. */
  readonly allowed: readonly string[];
}

/** Refuses what no reader of these pages sends: other methods, bodies, and foreign addresses. */
export function refuse(asked: Asked, names: Names): Refusal | undefined {
  const { method } = asked;
  if (method !== "GET" && method !== "HEAD") {
    return { status: 405, reason: `${method} is not for these pages` };
  }
  if (hasBody(asked)) return { status: 413, reason: "A request for a page has no body" };
  return refuseAddress(asked, names);
}

/** Whether a request's head announces a body. */
export const hasBody = ({ headers }: Asked): boolean =>
  Number(headers.get("content-length") ?? 0) !== 0 || headers.has("transfer-encoding");

/**
 * Refuses addresses that are too long or try to leave their folder, and hosts that are not this
 * server. The host is against DNS rebinding, where a foreign page makes its own name point here: a
 * name is refused unless it is ours. Ports are not compared, so that a forwarded port works.
 */
export function refuseAddress({ target, headers }: Asked, names: Names): Refusal | undefined {
  if (target.length > addressLimit) return { status: 414, reason: "The address is too long" };
  const host = headers.get("host");
  if (host === undefined || host.includes(",")) {
    return { status: 400, reason: "The request does not name one host" };
  }
  const named = [host, authorityOf(target) ?? host];
  if (!named.every((authority) => isOurs(authority, names))) {
    const name = nameOf(host) ?? "that name";
    return {
      status: 403,
      reason: `This server is not known by ${name}: use its address, or start it with --allow-host`,
    };
  }
  if (leavesItsFolder(target)) return { status: 400, reason: "The address is malformed" };
}

/** `localhost` of a Host header such as `localhost:8000`; undefined where it is malformed. */
function nameOf(authority: string): string | undefined {
  return /^([\w.-]+|\[[\da-f:.]+\])(:\d{1,5})?$/i.exec(authority)?.[1].toLowerCase();
}

/** Whether a Host header names this server. */
function isOurs(authority: string, { host, allowed }: Names): boolean {
  const name = nameOf(authority);
  if (name === undefined) return false;
  const ours = [host, ...allowed].map((each) => bracketed(each.toLowerCase()));
  if (loopback.includes(name) || ours.includes(name)) return true;
  return everywhere.includes(host) && isAddress(name);
}

/** Whether only this machine reaches a server that listens on `host`. */
export const isLoopback = (host: string): boolean =>
  loopback.includes(bracketed(host.toLowerCase()));

/** A number cannot be made to point elsewhere, as a name can. */
function isAddress(name: string): boolean {
  return name.startsWith("[") || /^\d{1,3}(\.\d{1,3}){3}$/.test(name);
}

/** An IPv6 address as it stands in a URL. */
export function bracketed(host: string): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}

/** `localhost:8000` of `http://localhost:8000/runs`; undefined for a path alone. */
function authorityOf(target: string): string | undefined {
  return /^https?:\/\/([^/?#\\]*)/i.exec(target)?.[1];
}

/** `/runs?x=1` of `http://localhost:8000/runs?x=1`, and of itself. */
export function pathOf(target: string): string {
  return target.replace(/^https?:\/\/[^/?#\\]*/i, "");
}

/** Whether a path has dot segments, NUL, backslashes or hidden slashes, plain or encoded. */
function leavesItsFolder(target: string): boolean {
  const path = pathOf(target).replace(/[?#].*$/s, "");
  if (!/^(\/|$)/.test(path)) return true;
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
