import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type DataReference, dataSet } from "../../src/data/mod.ts";
import { decodePictures, prepare, scaled } from "../../src/image/mod.ts";
import { build, type Layer, type Module } from "../../src/nn/mod.ts";
import { seal, storedTensors, weightsDigest } from "../../src/storage/mod.ts";
import { noGradients, Random, scope, Tensor } from "../../src/tensor/mod.ts";
import { modelOf } from "../../src/train/mod.ts";
import { completeConfig, type TrainSettings } from "../../src/config/config.ts";
import { makesPages } from "../../src/export/mod.ts";
import { barriers } from "../accessibility.ts";
import { browserTest } from "../browser.ts";
import { complaintsOf, draw, drop, shown, until } from "../classifier_page.ts";
import { readFile } from "../image/picture_files.ts";
import { temporaryFolder } from "../temporary_folder.ts";
import { writeRun } from "./run_folders.ts";
import { get, serve } from "./test_server.ts";

/** A set of colour pictures of one's own. */
const colours: DataReference = {
  ...{ path: "colours", sha256: "0".repeat(64), channels: 3, height: 24, width: 32 },
  ...{
    classes: ["<red>", "green", "blue"],
    train_count: 8000,
    validation_count: 2000,
    test_count: 20,
  },
};

/** Writes a run with drawn weights; the module is its model. */
function writeTrained(
  parent: string,
  name: string,
  settings: Partial<TrainSettings>,
  data: DataReference = "fashion-mnist",
  seed = 1,
): Module {
  const folder = writeRun(parent, name, { settings, data });
  const module = build(layerOf(settings, data), new Random(seed, "init"));
  saveBest(folder, module);
  return module;
}

const layerOf = (settings: Partial<TrainSettings>, data: DataReference): Layer =>
  modelOf(completeConfig({ model: "linear", epochs: 4, ...settings }, data));

/** Writes a run's best weights as training does. */
function saveBest(folder: string, { parameters, buffers }: Module): void {
  const file = seal(storedTensors([...parameters, ...buffers]), { wick: "0", epoch: "1" });
  Deno.writeFileSync(`${folder}/checkpoints/new.safetensors`, file);
  Deno.renameSync(`${folder}/checkpoints/new.safetensors`, bestOf(folder));
}

const bestOf = (folder: string) => `${folder}/checkpoints/best.safetensors`;

/** The library's scores of an image of a data set. */
function scoresOf(model: Module, image: ArrayLike<number>, data: DataReference): number[] {
  const { channels, height, width } = dataSet(data);
  const pixels = Float32Array.from(image, (pixel) => pixel / 255);
  return scope(() =>
    noGradients(() => model.forward(Tensor.from(pixels, [1, channels, height, width])).numbers())
  );
}

const needs = makesPages ? "" : " (needs Deno 2.9)";

if (makesPages) {
  browserTest("models of other images classify side by side in a served page", async (open) => {
    using parent = temporaryFolder();
    const { path } = parent;
    using cnn = writeTrained(path, "a", { model: "cnn", tta: "mirror" });
    using own = writeTrained(
      path,
      "b",
      { model: "lenet5", normalize: "0.3:0.2/0.4:0.2/0.5:0.3" },
      colours,
    );
    await using server = serve(path);
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await open({ colorScheme, viewport: { width: 360, height: 740 } });
      const problems = complaintsOf(page, server.address);
      await page.goto(server.address);
      assertEquals(await barriers(page), []);
      for (const name of ["a", "b"]) await page.locator(`input[value="${name}"]`).check();
      await page.getByRole("button", { name: "Classify" }).press("Enter");
      const ready =
        '[...document.querySelectorAll(".said")].map((each) => each.textContent).join()';
      await until(page, `${ready} === "Draw or drop a picture.,Draw or drop a picture."`);

      const [small, large] = await shown(page, () => draw(page), 2);
      assertEquals(large.scores, scoresOf(cnn, large.seen, "fashion-mnist"));
      assertEquals(small.scores, scoresOf(own, small.seen, colours));
      assertStringIncludes(small.said, "Your drawing: ");

      const bytes = readFile("dress-red-on-gray.jpg");
      const [colourful, dropped] = await shown(page, () => page.evaluate(drop(bytes)), 2);
      assertEquals([dropped.seen.length, colourful.seen.length], [784, 3 * 24 * 32]);
      assertEquals(dropped.scores, scoresOf(cnn, dropped.seen, "fashion-mnist"));
      assertEquals(colourful.scores, scoresOf(own, colourful.seen, colours));
      // A browser decodes a JPEG to other low bits than the library does.
      const [colour] = await decodePictures(bytes, "dress", 3);
      const expected = scaled(colour, 32, 24);
      assert(colourful.seen.every((pixel, i) => Math.abs(pixel - expected[i]) <= 3));

      const png = readFile("sneaker-tiny.png");
      const [, sneaker] = await shown(page, () => page.evaluate(drop(png)), 2);
      const [gray] = await decodePictures(png, "sneaker", 1);
      assertEquals(sneaker.seen, [...prepare(gray)]);
      assertEquals(sneaker.scores, scoresOf(cnn, [...prepare(gray)], "fashion-mnist"));
      assertEquals(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
      assertEquals([problems, await barriers(page), server.errors], [[], [], []]);
    }
  });
} else Deno.test({ name: `models classify side by side${needs}`, ignore: true, fn() {} });

Deno.test(`a page that classifies says in a sentence why a run has no model${needs}`, {
  ignore: !makesPages,
}, async () => {
  using parent = temporaryFolder();
  const { path } = parent;
  using _whole = writeTrained(path, "whole", {});
  using _other = writeTrained(path, "other", { model: "nonlinear" });
  using _broken = writeTrained(path, "broken", {});
  writeRun(path, "young");
  const own = writeRun(path, "own", {
    settings: { model: "mine", modelFiles: { "mine.ts": "0".repeat(64) } },
  });
  saveBest(own, _whole);
  Deno.copyFileSync(bestOf(`${path}/other`), bestOf(`${path}/young`));
  saveBest(writeRun(path, "linked"), _whole);
  Deno.removeSync(bestOf(`${path}/linked`));
  Deno.symlinkSync(bestOf(`${path}/whole`), bestOf(`${path}/linked`));
  const bytes = Deno.readFileSync(bestOf(`${path}/broken`));
  bytes[bytes.length - 1] ^= 1;
  Deno.writeFileSync(bestOf(`${path}/broken`), bytes);
  writeRun(path, "damaged");
  Deno.writeTextFileSync(`${path}/damaged/config.json`, "{");
  await using server = serve(path);
  const problemOf = async (name: string) => {
    const { status, text } = await get(`${server.address}classify?run=whole&run=${name}`);
    assertEquals([status, text.match(/class="model"/g)?.length], [200, 1]);
    return /<p class="problem">(.*?)<\/p>/.exec(text)?.[1];
  };
  assertEquals(await problemOf("none"), "There is no such run.");
  assertEquals(await problemOf("linked"), "It has no weights yet: no epoch is complete.");
  assertStringIncludes(
    (await problemOf("own"))!,
    "a module of its own: ",
  );
  assertStringIncludes((await problemOf("young"))!, "cannot be used: ");
  assertStringIncludes((await problemOf("broken"))!, "its checksum does not fit its content.");
  assertStringIncludes((await problemOf("damaged"))!, "The run is damaged: ");
  const only = await get(`${server.address}classify?run=damaged`);
  assert(!only.text.includes("<canvas") && !only.text.includes("<script"));
  const many = Array.from({ length: 9 }, (_, i) => `run=${i}`).join("&");
  const answers = ["classify", `classify?${many}`].map((page) => get(server.address + page));
  const [none, tooMany] = await Promise.all(answers);
  assertStringIncludes(none.text, "No run is chosen");
  assertEquals([none.status, tooMany.status, server.errors], [200, 400, []]);
});

Deno.test(`a page that classifies takes up better weights, and sends them as they lie${needs}`, {
  ignore: !makesPages,
}, async () => {
  using parent = temporaryFolder();
  using first = writeTrained(parent.path, "a", {});
  using second = build(layerOf({}, "fashion-mnist"), new Random(2, "init"));
  await using server = serve(parent.path);
  for (const module of [first, second]) {
    saveBest(`${parent.path}/a`, module);
    const { text } = await get(`${server.address}classify?run=a`);
    const digest = weightsDigest(storedTensors(module.parameters));
    assertStringIncludes(text, digest);
    const [, address] = /data-weights="(.*?)"/.exec(text)!;
    const response = await fetch(server.address + address);
    assertEquals(response.headers.get("content-type"), "application/octet-stream");
    assertEquals(await response.bytes(), Deno.readFileSync(bestOf(`${parent.path}/a`)));
  }
  assertStringIncludes((await get(`${server.address}runs/a`)).text, 'href="../classify?run=a"');
  assertStringIncludes((await get(`${server.address}compare?run=a`)).text, 'href="classify?run=a"');
});
