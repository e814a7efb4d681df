import { createHash, timingSafeEqual } from "node:crypto";
import type { Asked } from "../guard.ts";
import { RequestError } from "../request_error.ts";

/** Who may call the API. */
export interface AccessOptions {
  /** What a caller has to know; nothing where it is missing. */
  readonly token?: string;
  /** Origins of foreign pages that may call: `https://lab.example.org`. */
  readonly allowedOrigins?: readonly string[];
}

/** Seconds in which a browser need not ask again what a foreign page may. */
const preflightSeconds = "600";

const digest = (text: string): Uint8Array => createHash("sha256").update(text).digest();

/** Decides who may call the API: pages of this server, programs, and whom the options name. */
export class Access {
  readonly #token: Uint8Array | undefined;
  readonly #origins: ReadonlySet<string>;

  constructor({ token, allowedOrigins = [] }: AccessOptions) {
    this.#token = token === undefined ? undefined : digest(token);
    this.#origins = new Set(allowedOrigins);
  }

  /** Throws a RequestError for a foreign page, whose requests a browser sends without being asked. */
  checkOrigin({ headers }: Asked): void {
    const origin = headers.get("origin");
    if (origin !== undefined) {
      const isOwn = origin.replace(/^https?:\/\//i, "").toLowerCase() ===
        headers.get("host")?.toLowerCase();
      if (isOwn || this.#origins.has(origin)) return;
      throw new RequestError(
        403,
        `A page of ${JSON.stringify(origin.slice(0, 200))} may not call this server: ` +
          "start it with --allow-origin and that origin",
      );
    }
    const site = headers.get("sec-fetch-site");
    if (site === undefined || site === "same-origin" || site === "none") return;
    throw new RequestError(
      403,
      "A page of another site may not call this server: start it with --allow-origin",
    );
  }

  /** Throws a RequestError where the token is missing or wrong. */
  checkToken({ headers }: Asked): void {
    if (this.#token === undefined) return;
    const [, given = ""] = /^bearer +(\S+) *$/i.exec(headers.get("authorization") ?? "") ?? [];
    // Digests are of one length, so that the time tells nothing of the token.
    if (timingSafeEqual(digest(given), this.#token)) return;
    throw new RequestError(
      401,
      "This server needs its token: send the header Authorization: Bearer TOKEN",
    );
  }

  /** The headers with which a browser lets a page of an allowed origin read the reply. */
  headersFor({ method, headers }: Asked): Record<string, string> | undefined {
    if (this.#origins.size === 0) return undefined;
    const origin = headers.get("origin");
    const vary = { vary: "Origin" };
    if (origin === undefined || !this.#origins.has(origin)) return vary;
    const allowed = {
      ...vary,
      "access-control-allow-origin": origin,
      "access-control-expose-headers": "retry-after",
    };
    if (method !== "OPTIONS") return allowed;
    return {
      ...allowed,
      "access-control-allow-methods": "GET, POST",
      "access-control-allow-headers": "authorization, content-type",
      "access-control-max-age": preflightSeconds,
    };
  }
}
