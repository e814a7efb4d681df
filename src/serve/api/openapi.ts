import { z } from "zod";
import { version } from "../../version.ts";
import type { Route } from "./route.ts";
import { errorSchema } from "./schemas.ts";

/** What a status says of a request. */
const reasons: Readonly<Record<number, string>> = {
  400: "The request does not fit",
  401: "The token is missing or wrong",
  403: "The caller is a foreign page, or the server is not known by that name",
  404: "There is no such run",
  409: "The run cannot predict, or not yet",
  413: "The body is too long, or has too many images",
  415: "The body is of a type that is not read",
  429: "Too much is asked for at a time: try again after Retry-After",
};

/** Refusals that every route may answer with. */
const common = [400, 401, 403];

/** The API as an OpenAPI 3.1 document, made of its routes. */
export function openApi(routes: readonly Route[]) {
  return {
    openapi: "3.1.1",
    info: {
      title: "wick",
      version,
      summary: "Predictions of trained models",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    paths: Object.fromEntries(routes.map((route) => [
      route.path,
      { [route.method.toLowerCase()]: operation(route) },
    ])),
    components: {
      schemas: { Error: schemaOf(errorSchema) },
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
    },
  };
}

function operation({ path, summary, query, bodies, reply, refusals = [], isOpen }: Route) {
  const statuses = [...common, ...refusals].filter((status) => !isOpen || status !== 401);
  const error = { [`application/json`]: { schema: { $ref: "#/components/schemas/Error" } } };
  return {
    operationId: path.replace(/^\/(v1\/)?|\.json$/g, ""),
    summary,
    // A server without a token asks for none.
    security: isOpen ? [] : [{ token: [] }, {}],
    ...(query && { parameters: parameters(query) }),
    ...(bodies && {
      requestBody: {
        required: true,
        content: Object.fromEntries(bodies.map(({ type, schema }) => [type, content(schema)])),
      },
    }),
    responses: {
      200: { description: summary, content: { [reply.type]: content(reply.schema) } },
      ...Object.fromEntries(
        statuses.map((status) => [status, { description: reasons[status], content: error }]),
      ),
    },
  };
}

const content = (schema: z.ZodType | undefined) => schema ? { schema: schemaOf(schema) } : {};

const parameters = (query: z.ZodObject) =>
  Object.entries(query.shape).map(([name, schema]) => {
    const { description, ...rest } = schemaOf(schema as z.ZodType);
    return { name, in: "query", required: false, description, schema: rest };
  });

/** JSON Schema of draft 2020-12, which OpenAPI 3.1 has. */
function schemaOf(schema: z.ZodType) {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input" });
  return rest;
}
