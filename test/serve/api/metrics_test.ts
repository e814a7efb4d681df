import { assert, assertEquals, assertMatch } from "@std/assert";
import { Metrics } from "../../../src/serve/api/metrics.ts";
import { temporaryFolder } from "../../temporary_folder.ts";
import { post, servePredictions } from "./served_runs.ts";

/** The samples of an OpenMetrics text by name and labels; checks what the format demands of it. */
function samplesOf(text: string): Map<string, number> {
  const lines = text.split("\n");
  assertEquals(lines.slice(-2), ["# EOF", ""]);
  const samples = new Map<string, number>();
  let family = "";
  let type = "";
  for (const line of lines.slice(0, -2)) {
    const [, word, name, rest] = /^# (TYPE|UNIT|HELP) (\w+) (.+)$/.exec(line) ?? [];
    if (word === "TYPE") {
      assert(!text.slice(0, text.indexOf(line)).includes(` ${name} `), `${name} is one block`);
      [family, type] = [name, rest];
    } else if (word !== undefined) {
      assertEquals(name, family, line);
      if (word === "UNIT") assert(name.endsWith(`_${rest}`), line);
    } else {
      assertMatch(line, /^\w+(\{(\w+="[^"\\\n]*",?)+\})? \d+(\.\d+)?(e-\d+)?$/);
      const suffixes = { counter: /_total$/, histogram: /_(bucket|count|sum)$/, gauge: /$/ };
      const [sample, value] = line.split(/ (?=\S+$)/);
      const name = sample.replace(/\{.*/, "");
      const suffix = suffixes[type as keyof typeof suffixes].exec(name)?.[0] ?? "none";
      assertEquals(name, family + suffix);
      assert(!samples.has(sample), line);
      samples.set(sample, Number(value));
    }
  }
  return samples;
}

Deno.test("metrics count requests, durations and batches, each in the bucket of its bound", () => {
  const metrics = new Metrics();
  metrics.request("/v1/predict", 200, 1);
  metrics.request("/v1/predict", 200, 1.001);
  metrics.request("/v1/predict", 400, 60_000);
  for (const size of [1, 64, 65, 1000]) metrics.batch(size);
  const samples = samplesOf(metrics.text({ waiting: 3, loaded: 2 }));
  const value = (name: string) => samples.get(name);
  assertEquals(value('wick_requests_total{path="/v1/predict",status="200"}'), 2);
  assertEquals(value('wick_requests_total{path="/v1/predict",status="400"}'), 1);
  const durations = ["0.0005", "0.001", "0.0025", "5.0", "+Inf"].map((bound) =>
    value(`wick_request_duration_seconds_bucket{le="${bound}"}`)
  );
  assertEquals(durations, [0, 1, 2, 2, 3]);
  assertEquals(value("wick_request_duration_seconds_count"), 3);
  const batches = ["1.0", "32.0", "64.0", "128.0", "256.0", "+Inf"].map((bound) =>
    value(`wick_batch_images_bucket{le="${bound}"}`)
  );
  assertEquals(batches, [1, 1, 2, 3, 3, 4]);
  assertEquals(value("wick_batch_images_sum"), 1130);
  assertEquals([value("wick_queue_images"), value("wick_models_loaded")], [3, 2]);
});

Deno.test("a server tells its metrics as OpenMetrics", async () => {
  using parent = temporaryFolder();
  await using server = servePredictions(parent.path);
  await post(`${server.address}v1/predict?model=a`, "x", "image/png");
  await (await fetch(`${server.address}v1/anything`)).body?.cancel();
  const response = await fetch(`${server.address}metrics`);
  assertEquals(
    response.headers.get("content-type"),
    "application/openmetrics-text; version=1.0.0; charset=utf-8",
  );
  const samples = samplesOf(await response.text());
  assertEquals(samples.get('wick_requests_total{path="/v1/predict",status="404"}'), 1);
  assertEquals(samples.get('wick_requests_total{path="other",status="404"}'), 1);
});
