import type { z } from "zod";
import { dataSet, shownName } from "../../data/mod.ts";
import { milliseconds } from "../../clock.ts";
import { explain } from "../../settings/mod.ts";
import { RequestError } from "../request_error.ts";
import { openApi } from "./openapi.ts";
import { bodyForm, bodyForms } from "./pictures.ts";
import { predictionText } from "./prediction_text.ts";
import type { Route } from "./route.ts";
import {
  healthSchema,
  imagesSchema,
  modelsSchema,
  predictionsSchema,
  querySchema,
} from "./schemas.ts";
import type { ServedModels } from "./served_models.ts";

const json = "application/json";

const predict: Route = {
  method: "POST",
  path: "/v1/predict",
  summary: "Predicts the classes of one or several images",
  query: querySchema,
  bodies: bodyForms.flatMap(({ types }) =>
    types.map((type) => ({ type, ...(type === json && { schema: imagesSchema }) }))
  ),
  reply: { type: json, schema: predictionsSchema },
  refusals: [404, 409, 413, 415, 429],
  async answer({ search, headers, body }, { models }) {
    const { model: named, top } = queryOf(search);
    const contentType = headers.get("content-type");
    const coding = headers.get("content-encoding") ?? "identity";
    if (coding !== "identity") {
      throw new RequestError(
        415,
        `A body in ${JSON.stringify(coding.slice(0, 40))} is not read: send it as it is`,
      );
    }
    const { images: imagesOf } = bodyForm(contentType);
    const name = named ?? await models.only();
    const bytes = await joining(models, name, () => body.read());
    const begun = milliseconds();
    const model = await models.load(name);
    const scores = await model.batcher.submit(imagesOf(bytes, model.format, contentType ?? ""));
    return predictionText(model, scores, top, milliseconds() - begun);
  },
};

/** Reads a body while the model's other requests know that it is coming. */
async function joining<T>(models: ServedModels, name: string, read: () => Promise<T>): Promise<T> {
  const batcher = models.get(name)?.batcher;
  batcher?.begin();
  try {
    return await read();
  } finally {
    batcher?.end();
  }
}

function queryOf(search: string): z.output<typeof querySchema> {
  const given: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(search)) {
    if (value === "") {
      throw new RequestError(400, `?${name}= is empty: give it a value or leave it out`);
    }
    if (Object.hasOwn(given, name)) {
      throw new RequestError(400, `${JSON.stringify(name)} stands twice in the address`);
    }
    given[name] = value;
  }
  const parsed = querySchema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new RequestError(
    400,
    explain(parsed.error, given, (key) => `?${key}=`, Object.keys(querySchema.shape)),
  );
}

const list: Route = {
  method: "GET",
  path: "/v1/models",
  summary: "Lists the runs that can predict; those of studies are not among them",
  reply: { type: json, schema: modelsSchema },
  async answer(_, { models }) {
    const loaded = new Set(models.loaded.map(({ name }) => name));
    const found = (await models.servable()).map(({ name, state, config, best }) => {
      const { channels, height, width, classes } = dataSet(config.data);
      const shape = [channels, height, width];
      return {
        name,
        model: config.model,
        data: shownName(config.data),
        state,
        epoch: best?.epoch,
        shape,
        classes,
        loaded: loaded.has(name),
      };
    });
    return JSON.stringify({ models: found });
  },
};

const description: Route = {
  method: "GET",
  path: "/v1/openapi.json",
  summary: "Describes this API",
  reply: { type: json },
  answer: () => JSON.stringify(openApi(routes)),
};

const health: Route = {
  method: "GET",
  path: "/healthz",
  isOpen: true,
  summary: "Says that the server is well",
  reply: { type: json, schema: healthSchema },
  answer: () => JSON.stringify({ status: "ok" } satisfies z.output<typeof healthSchema>),
};

const metrics: Route = {
  method: "GET",
  path: "/metrics",
  summary: "Counts requests, their durations and batches, as OpenMetrics",
  reply: { type: "application/openmetrics-text; version=1.0.0; charset=utf-8" },
  answer(_, { models, metrics }) {
    const { loaded } = models;
    const waiting = loaded.reduce((sum, { batcher }) => sum + batcher.waiting, 0);
    return metrics.text({ waiting, loaded: loaded.length });
  },
};

/** The addresses of the API. */
export const routes: readonly Route[] = [predict, list, description, health, metrics];
