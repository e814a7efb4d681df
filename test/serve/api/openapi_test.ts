import { assert, assertEquals } from "@std/assert";
import { Validator } from "@seriousme/openapi-schema-validator";
import { temporaryFolder } from "../../temporary_folder.ts";
import { encodePng } from "../../../src/image/mod.ts";
import {
  errorSchema,
  healthSchema,
  modelsSchema,
  predictionsSchema,
} from "../../../src/serve/api/schemas.ts";
import { servePredictions, writeServedRun } from "./served_runs.ts";

Deno.test("the API's description is a valid OpenAPI 3.1 document that names every address", async () => {
  using parent = temporaryFolder();
  await using server = servePredictions(parent.path);
  const document = await (await fetch(`${server.address}v1/openapi.json`)).json();
  const validator = new Validator();
  const { valid, errors } = await validator.validate(structuredClone(document));
  assertEquals([valid, errors ?? []], [true, []]);
  assertEquals(validator.version, "3.1");
  assertEquals(Object.keys(document.paths), [
    "/v1/predict",
    "/v1/models",
    "/v1/openapi.json",
    "/healthz",
    "/metrics",
  ]);
  delete document.paths["/v1/predict"].post.responses;
  document.paths["/v1/predict"].post.parameters[0].in = "nowhere";
  assertEquals(
    (await new Validator().validate(document)).valid,
    false,
    "the validator sees faults",
  );
});

Deno.test("what the API answers is what its description says", async () => {
  using parent = temporaryFolder();
  writeServedRun(parent.path, "a");
  await using server = servePredictions(parent.path);
  const image = encodePng(new Uint8Array(784), 28);
  const replies = [
    [predictionsSchema, "v1/predict", { method: "POST", body: image }],
    [predictionsSchema, "v1/predict?top=2", { method: "POST", body: image }],
    [modelsSchema, "v1/models", {}],
    [healthSchema, "healthz", {}],
    [errorSchema, "v1/predict", { method: "POST", body: "no picture" }],
  ] as const;
  for (const [schema, path, init] of replies) {
    const headers = { "content-type": "application/octet-stream" };
    const reply = await (await fetch(server.address + path, { ...init, headers })).json();
    const { success, error } = schema.safeParse(reply);
    assert(success, `${path}: ${error?.message}`);
  }
});
