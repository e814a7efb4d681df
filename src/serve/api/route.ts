import type { z } from "zod";
import type { Body } from "../bodies.ts";
import type { Asked } from "../guard.ts";
import type { Metrics } from "./metrics.ts";
import type { ServedModels } from "./served_models.ts";

/** What the API is made of. */
export interface Service {
  readonly models: ServedModels;
  readonly metrics: Metrics;
}

/** A request for one of the routes. */
export interface Call extends Asked {
  /** What stands behind `?` in the address. */
  readonly search: string;
  readonly body: Body;
}

/** One address of the API: what it is, and what it answers. */
export interface Route {
  readonly method: "GET" | "POST";
  readonly path: string;
  /** Whether it is answered without the token. */
  readonly isOpen?: boolean;
  readonly summary: string;
  /** What may stand behind `?`. */
  readonly query?: z.ZodObject;
  /** The forms of its body: media types, and the schema of those that have one. */
  readonly bodies?: readonly { readonly type: string; readonly schema?: z.ZodType }[];
  /** The reply's media type and, of JSON, its schema. */
  readonly reply: { readonly type: string; readonly schema?: z.ZodType };
  /** How it is refused, besides 400, 401 and 403. */
  readonly refusals?: readonly number[];
  /** The reply's text. */
  answer(call: Call, service: Service): string | Promise<string>;
}
