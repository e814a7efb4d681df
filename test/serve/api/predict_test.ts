import { assert, assertEquals, assertMatch } from "@std/assert";
import { type ImageSet, loadTest, syntheticSet } from "../../../src/data/mod.ts";
import { encodePng } from "../../../src/image/mod.ts";
import { findWeights, loadModel } from "../../../src/run/weights_source.ts";
import { Ledger } from "../../../src/study/ledger.ts";
import { evaluate } from "../../../src/train/evaluate.ts";
import { readFile } from "../../image/picture_files.ts";
import { temporaryFolder } from "../../temporary_folder.ts";
import { post, servePredictions, writeServedRun } from "./served_runs.ts";

const set = syntheticSet("test", 200);
const pngOf = ({ images }: ImageSet, i: number) =>
  encodePng(images.slice(784 * i, 784 * (i + 1)), 28);

/** Predicts every image of a set as a PNG of its own, several at a time; the labels. */
async function labelsOverHttp(set: ImageSet, url: string): Promise<number[]> {
  const labels: number[] = [];
  let next = 0;
  const client = async () => {
    while (next < set.count) {
      const i = next++;
      const { status, json } = await post(url, pngOf(set, i), "image/png");
      assertEquals(status, 200);
      labels[i] = json.predictions[0].label;
    }
  };
  await Promise.all(Array.from({ length: 50 }, client));
  return labels;
}

Deno.test("predictions over HTTP are those of evaluate, for each image as a PNG", async () => {
  using parent = temporaryFolder();
  const folder = writeServedRun(parent.path, "a", { settings: { model: "cnn" } });
  await using server = servePredictions(parent.path);
  const labels = await labelsOverHttp(set, `${server.address}v1/predict?model=a&top=1`);
  using model = loadModel(await findWeights(folder));
  assertEquals(labels, [...evaluate(model, set).predictions]);
  assertEquals(server.errors, []);
});

/** Images of a request, where many are to be predicted. */
const formSize = 200;

const realData = Deno.env.get("FASHION_MNIST_DIR");

Deno.test({
  name: "predictions over HTTP of the 10,000 real test images are those of evaluate" +
    (realData ? "" : " (skipped: needs FASHION_MNIST_DIR)"),
  ignore: !realData,
  fn: async () => {
    using parent = temporaryFolder();
    const folder = writeServedRun(parent.path, "a", { data: "fashion-mnist" });
    await using server = servePredictions(parent.path);
    const test = await loadTest({ data: "fashion-mnist" });
    const url = `${server.address}v1/predict?model=a&top=1`;
    const labels: number[] = [];
    for (let from = 0; from < test.count; from += formSize) {
      const form = new FormData();
      for (let i = from; i < from + formSize; i++) form.append("image", new Blob([pngOf(test, i)]));
      labels.push(...(await post(url, form)).json.predictions.map(({ label }) => label));
    }
    using model = loadModel(await findWeights(folder));
    const { predictions, correct } = evaluate(model, test);
    assertEquals(labels, [...predictions]);
    assertEquals(labels.filter((label, i) => label === test.labels[i]).length, correct);
  },
});

Deno.test("an image has the same bits alone and in a batch, in every form in which it is sent", async () => {
  using parent = temporaryFolder();
  writeServedRun(parent.path, "a", { settings: { model: "cnn" } });
  await using server = servePredictions(parent.path);
  const url = `${server.address}v1/predict`;
  const count = 40;
  const pngs = Array.from({ length: count }, (_, i) => pngOf(set, i));
  const alone = [];
  for (const png of pngs) {
    alone.push((await post(url, png, "image/png")).json.predictions[0]);
  }
  const together = await Promise.all(pngs.map((png) => post(url, png, "image/png")));
  assertEquals(together.map(({ json }) => json.predictions[0]), alone);
  const form = new FormData();
  for (const png of pngs) form.append("image", new Blob([png]));
  assertEquals((await post(url, form)).json.predictions, alone);
  const images = Array.from({ length: count }, (_, i) => [
    ...set.images.subarray(784 * i, 784 * (i + 1)),
  ]);
  const json = JSON.stringify({ images });
  assertEquals((await post(url, json, "application/json")).json.predictions, alone);
  const text = await (await fetch(`${server.address}metrics`)).text();
  const [, batches] = /^wick_batch_images_count (\d+)$/m.exec(text)!;
  const [, predicted] = /^wick_batch_images_sum (\d+)$/m.exec(text)!;
  assertEquals(Number(predicted), 4 * count);
  assert(Number(batches) < 2 * count + 2, `${batches} batches: none was joined`);
});

Deno.test("a reply tells the model, the epoch, the weights and the likeliest classes", async () => {
  using parent = temporaryFolder();
  const folder = writeServedRun(parent.path, "a");
  const { epoch } = await findWeights(folder);
  await using server = servePredictions(parent.path);
  const url = `${server.address}v1/predict`;
  const { status, headers, json } = await post(url, pngOf(set, 0), "image/png");
  assertEquals([status, headers.get("content-type")], [200, "application/json"]);
  assertEquals([json.model, json.epoch], ["a", epoch]);
  assertMatch(json.sha256, /^[0-9a-f]{64}$/);
  assert(json.milliseconds >= 0);
  const [whole] = json.predictions;
  assertEquals(Object.keys(whole.probabilities), [...set.classes]);
  assertEquals(whole.probabilities[whole.class], whole.probability);
  assertEquals(set.classes[whole.label], whole.class);
  const { json: top } = await post(`${url}?top=3&model=a`, pngOf(set, 0), "image/png");
  const ranked = Object.entries(whole.probabilities).sort(([, a], [, b]) => b - a).slice(0, 3);
  assertEquals(Object.entries(top.predictions[0].probabilities), ranked);
  const { json: jpeg } = await post(
    url,
    readFile("ankle-boot-brown-orientation-1.jpg"),
    "image/jpeg",
  );
  assertEquals(jpeg.predictions.length, 1);
});

Deno.test("what cannot be served is refused in a sentence that says what to do", async () => {
  using parent = temporaryFolder();
  writeServedRun(parent.path, "a");
  writeServedRun(parent.path, "b");
  const early = writeServedRun(parent.path, "early", { epochs: 0, finished: false });
  Deno.removeSync(`${early}/checkpoints/best.safetensors`);
  const damaged = writeServedRun(parent.path, "damaged");
  Deno.writeTextFileSync(`${damaged}/checkpoints/best.safetensors`, "no weights");
  await using server = servePredictions(parent.path);
  const cases: [query: string, status: number, reason: RegExp][] = [
    ["", 400, /Say which run predicts with \?model=RUN, one of "a", "b", "damaged"$/],
    ["?model=c", 404, /There is no run "c" in .*: GET \/v1\/models lists the runs$/],
    ["?model=..", 404, /There is no run "\.\."/],
    ["?model=../a", 404, /There is no run/],
    ["?model=a/checkpoints", 404, /There is no run/],
    ["?model=%00", 404, /There is no run/],
    ["?model=early", 409, /The run "early" has no weights yet: wait/],
    ["?model=damaged", 409, /The run "damaged" cannot be served: .* no valid safetensors file/],
    ["?model=a&top=0", 400, /\?top= must be at least 1, not "?0"?$/],
    ["?model=a&top=", 400, /\?top= is empty: give it a value or leave it out/],
    ["?model=a&top=x", 400, /\?top= must be a number/],
    ["?model=a&model=b", 400, /"model" stands twice/],
    ["?model=a&colour=red", 400, /there is no setting "colour": there are \?model=, \?top=/],
  ];
  for (const [query, status, reason] of cases) {
    const reply = await post(`${server.address}v1/predict${query}`, pngOf(set, 0), "image/png");
    assertMatch(reply.json.error, reason, query);
    assertEquals(reply.status, status, query);
    assertEquals(reply.headers.get("retry-after"), query === "?model=early" ? "5" : null);
  }
  const list = await (await fetch(`${server.address}v1/models`)).json();
  assertEquals(list.models.map(({ name }: { name: string }) => name), ["a", "b", "damaged"]);
  const other = await fetch(`${server.address}v1/predict`);
  assertEquals([other.status, other.headers.get("allow")], [405, "POST, OPTIONS"]);
  assertEquals(await other.json(), { error: "/v1/predict is asked with POST, not with GET" });
  assertEquals(
    (await (await fetch(`${server.address}v1/nothing`)).json()).error.slice(0, 29),
    "There is no such address: the",
  );
  assertEquals(server.errors, []);
});

Deno.test("the runs of a study predict by its name and theirs", async () => {
  using parent = temporaryFolder();
  const study = `${parent.path}/s`;
  Deno.mkdirSync(study);
  Ledger.open(study, { journal: "wal" })[Symbol.dispose]();
  writeServedRun(study, "00000-s42");
  await using server = servePredictions(parent.path);
  const url = `${server.address}v1/predict?model=`;
  const reply = await post(`${url}s/00000-s42`, pngOf(set, 0), "image/png");
  assertEquals([reply.status, reply.json.model], [200, "s/00000-s42"]);
  for (const name of ["s", "s/00001-s42", "s/00000-s42/checkpoints", "00000-s42"]) {
    assertEquals((await post(url + name, pngOf(set, 0), "image/png")).status, 404, name);
  }
});

Deno.test("only the models that were used last stay in memory", async () => {
  using parent = temporaryFolder();
  for (const name of ["a", "b", "c", "d", "e"]) writeServedRun(parent.path, name);
  await using server = servePredictions(parent.path);
  const loaded = async () => {
    const { models } = await (await fetch(`${server.address}v1/models`)).json();
    return models.filter((each: { loaded: boolean }) => each.loaded)
      .map(({ name }: { name: string }) => name);
  };
  for (const name of ["a", "b", "c", "d", "a", "e"]) {
    const reply = await post(
      `${server.address}v1/predict?model=${name}`,
      pngOf(set, 0),
      "image/png",
    );
    assertEquals([reply.status, reply.json.model], [200, name]);
  }
  assertEquals(await loaded(), ["a", "c", "d", "e"]);
});
