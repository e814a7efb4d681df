import { assert, assertEquals, assertMatch } from "@std/assert";
import { readEnvironment } from "../../src/run/environment.ts";

Deno.test("the environment says what computed a run", async () => {
  const environment = await readEnvironment("cpu", { file: "digest" });
  assertMatch(environment.library_sha256, /^[0-9a-f]{64}$/);
  assertMatch(environment.time, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assertEquals(environment.deno, Deno.version.deno);
  assertEquals(environment.data_sha256, { file: "digest" });
  assert(environment.threads >= 1 && environment.candle !== "" && environment.wick !== "");
  assert(environment.commit === null || /^[0-9a-f]{40}$/.test(environment.commit));
});

Deno.test("the environment of a GPU promises no bits", async () => {
  assertMatch((await readEnvironment("cuda", {})).reproducible, /^not promised on CUDA/);
});
