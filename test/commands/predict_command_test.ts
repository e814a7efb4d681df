import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { type ImageSet, loadTest, loadTraining, syntheticSet } from "../../src/data/mod.ts";
import { UserError } from "../../src/errors.ts";
import { decodePictures, encodePng } from "../../src/image/mod.ts";
import { predictCommand } from "../../src/commands/predict_command.ts";
import type { PredictFlags } from "../../src/commands/predict_command.ts";
import { evaluate } from "../../src/train/evaluate.ts";
import { findWeights, loadModel } from "../../src/run/weights_source.ts";
import { gzip, idxFile } from "../data/idx_files.ts";
import { temporaryFolder } from "../temporary_folder.ts";
import { readFile } from "../image/picture_files.ts";
import { trainWeights } from "../predict/trained.ts";

const set = syntheticSet("test", 500);

/** Runs `predict` and returns all it says. */
async function predict(weights: string, images: readonly string[], flags: PredictFlags = {}) {
  const [printed, complaints]: [string[], string[]] = [[], []];
  const code = await predictCommand(weights, images, { model: "linear", ...flags }, {
    print: (text) => printed.push(text),
    complain: (text) => complaints.push(text),
    colour: false,
  });
  return { code, printed: printed.join("\n"), complaints };
}

/** The `--json` document of `predict`. */
async function predictJson(weights: string, images: readonly string[], flags: PredictFlags = {}) {
  const { code, printed } = await predict(weights, images, { json: true, ...flags });
  return { code, ...JSON.parse(printed) };
}

/** A folder with trained weights and whatever a test puts there. */
function workshop() {
  const folder = temporaryFolder();
  const weights = `${folder.path}/weights.safetensors`;
  trainWeights(syntheticSet("train", 1000), weights, 2);
  return { path: folder.path, weights, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

/** Writes each image of a set as a PNG into a folder, names in the set's order. */
function writePngs(set: ImageSet, folder: string): void {
  Deno.mkdirSync(folder);
  for (let i = 0; i < set.count; i++) {
    const png = encodePng(set.images.slice(i * 784, (i + 1) * 784), 28);
    Deno.writeFileSync(`${folder}/${String(i).padStart(5, "0")}.png`, png);
  }
}

/** Compares `predict` on a set's images as PNG files with `evaluate`, image by image. */
async function compareWithEvaluate(set: ImageSet, weights: string, folder: string) {
  writePngs(set, folder);
  using model = loadModel(await findWeights(weights, "linear"));
  const { predictions, correct } = evaluate(model, set);
  const { code, images } = await predictJson(weights, [folder], { top: 1 });
  const labels: number[] = images.map(({ top }: { top: { label: number }[] }) => top[0].label);
  assertEquals(code, 0);
  assertEquals(labels, [...predictions]);
  assertEquals(labels.filter((label, i) => label === set.labels[i]).length, correct);
  return correct;
}

Deno.test("predict counts on 500 PNG files what evaluate counts on the set", async () => {
  using place = workshop();
  const correct = await compareWithEvaluate(set, place.weights, `${place.path}/pictures`);
  assert(correct > 250, `only ${correct} right: the test would not see a difference`);
});

const realData = Deno.env.get("FASHION_MNIST_DIR");

Deno.test({
  name: "predict counts on the 10,000 real test images as PNG files what evaluate counts" +
    (realData ? "" : " (skipped: needs FASHION_MNIST_DIR)"),
  ignore: !realData,
  fn: async () => {
    using folder = temporaryFolder();
    const weights = `${folder.path}/weights.safetensors`;
    const { train } = await loadTraining({ data: "fashion-mnist", trainSize: 5000 });
    trainWeights(train, weights, 2);
    const test = await loadTest({ data: "fashion-mnist" });
    const correct = await compareWithEvaluate(test, weights, `${folder.path}/pictures`);
    console.log(`${correct} of ${test.count}`);
    assert(correct > 7000, `only ${correct} right`);
  },
});

Deno.test("predict reads IDX, plain and gzipped, as it reads PNG", async () => {
  using place = workshop();
  const idx = idxFile([30, 28, 28], set.images.slice(0, 30 * 784));
  Deno.writeFileSync(`${place.path}/images-idx3-ubyte`, idx);
  Deno.writeFileSync(`${place.path}/images-idx3-ubyte.gz`, gzip(idx));
  writePngs({ ...set, count: 30 }, `${place.path}/pictures`);
  const tops = async (path: string) => {
    const { images } = await predictJson(place.weights, [`${place.path}/${path}`]);
    return images.map(({ top }: { top: unknown }) => top);
  };
  const wanted = await tops("pictures");
  assertEquals(wanted.length, 30);
  assertEquals(await tops("images-idx3-ubyte"), wanted);
  assertEquals(await tops("images-idx3-ubyte.gz"), wanted);
});

Deno.test("predict names the likeliest classes, likeliest first, and their probabilities add up", async () => {
  using place = workshop();
  writePngs({ ...set, count: 20 }, `${place.path}/pictures`);
  const { path, model, images } = await predictJson(place.weights, [`${place.path}/pictures`], {
    top: 10,
  });
  assertEquals([path, model], [place.weights, "linear"]);
  for (const { top } of images) {
    const probabilities: number[] = top.map(({ probability }: { probability: number }) =>
      probability
    );
    assertEquals(probabilities, probabilities.toSorted((a, b) => b - a));
    assert(Math.abs(probabilities.reduce((sum, one) => sum + one) - 1) < 1e-5);
    assertEquals(top.map(({ label }: { label: number }) => label).toSorted(), [
      ...Array(10).keys(),
    ]);
  }
  const { printed } = await predict(place.weights, [`${place.path}/pictures/00000.png`], {
    top: 2,
  });
  const name = (i: number) => images[0].top[i].class;
  const shown = (i: number) => images[0].top[i].probability.toFixed(4);
  const line = ` +${name(0)} +${shown(0)} +${name(1)} +${shown(1)}$`;
  assertMatch(printed, new RegExp(`^${place.path}/pictures/00000\\.png${line}`));
});

Deno.test("predict goes on after a picture that cannot be read, and exits with 1", async () => {
  using place = workshop();
  const folder = `${place.path}/pictures`;
  writePngs({ ...set, count: 3 }, folder);
  Deno.writeFileSync(`${folder}/00001.png`, readFile("rgb-8.png").slice(0, 90));
  Deno.writeTextFileSync(`${folder}/notes.txt`, "no picture");
  const inputs = [folder, `${place.path}/nowhere.png`, place.weights, `${place.path}/empty`];
  Deno.mkdirSync(`${place.path}/empty`);
  const { code, printed, complaints } = await predict(place.weights, inputs);
  assertEquals(code, 1);
  assertEquals(printed.split("\n").length, 2);
  assertEquals(complaints, [
    `error: ${folder}/00001.png is a damaged PNG: it ends too early`,
    `error: There is no ${place.path}/nowhere.png`,
    `error: ${place.weights} is no PNG, JPEG or IDX file`,
    `error: ${place.path}/empty holds no PNG, JPEG or IDX file`,
  ]);
  const { images } = await predictJson(place.weights, inputs);
  assertEquals(images.length, 6);
  assertEquals(images[1].error, `${folder}/00001.png is a damaged PNG: it ends too early`);
});

Deno.test("predict goes through folders below a folder, in the order of their names", async () => {
  using place = workshop();
  const folder = `${place.path}/pictures`;
  Deno.mkdirSync(`${folder}/b/c`, { recursive: true });
  Deno.mkdirSync(`${folder}/.hidden`);
  const png = readFile("rgb-8.png");
  const names = ["a.PNG", "b/c/1.png", "b/d.png", "c.jpeg"];
  for (const name of [...names, ".hidden/x.png", "._a.png", "d.gif"]) {
    Deno.writeFileSync(`${folder}/${name}`, png);
  }
  const { images } = await predictJson(place.weights, [`${folder}/`]);
  assertEquals(
    images.map(({ image }: { image: string }) => image),
    names.map((name) => `${folder}/${name}`),
  );
});

Deno.test("predict shows what the model saw, and writes it as PNG", async () => {
  using place = workshop();
  const file = `${place.path}/boot.jpg`;
  Deno.writeFileSync(file, readFile("ankle-boot-brown-orientation-6.jpg"));
  const seen = `${place.path}/seen.png`;
  const { printed } = await predict(place.weights, [file], { show: true, seen });
  const rows = printed.split("\n").slice(1);
  assertEquals(rows.length, 28);
  assert(rows.some((row) => /[░▒▓█]/.test(row)));
  const [{ width, height, pixels }] = await decodePictures(Deno.readFileSync(seen), seen);
  assertEquals([width, height], [28, 28]);
  rows.forEach((row, y) => {
    for (let x = 0; x < 28; x++) {
      const shade = " ░▒▓█".indexOf(row[2 * x] ?? " ");
      assertEquals(shade, Math.round(pixels[y * 28 + x] / 255 * 4));
    }
  });
  const again = await predictJson(place.weights, [file, seen], { top: 1 });
  assertEquals(again.images[0].top, again.images[1].top);
});

Deno.test("predict draws the saliency of one image as PNG or SVG", async () => {
  using place = workshop();
  const file = `${place.path}/boot.jpg`;
  Deno.writeFileSync(file, readFile("ankle-boot-brown-orientation-6.jpg"));
  await predict(place.weights, [file], { saliency: `${place.path}/s.png` });
  await predict(place.weights, [file], { saliency: `${place.path}/s.svg` });
  const [{ width }] = await decodePictures(Deno.readFileSync(`${place.path}/s.png`), "s.png");
  assertEquals(width, 580);
  assertStringIncludes(Deno.readTextFileSync(`${place.path}/s.svg`), "What the model saw");
  await assertRejects(
    () => predict(place.weights, [file, file], { saliency: `${place.path}/t.png` }),
    UserError,
    "--saliency is for one image, not for 2",
  );
  await assertRejects(
    () => predict(place.weights, [file], { seen: `${place.path}/nowhere/t.png` }),
    UserError,
    `Cannot write ${place.path}/nowhere/t.png`,
  );
});

Deno.test("predict finds pictures in a folder under all their names, and tells what it left out", async () => {
  using place = workshop();
  const folder = `${place.path}/pictures`;
  Deno.mkdirSync(folder);
  const names = ["a.jfif", "b.jpe", "c\nd.jpg", "e.JIF", "f.jfi", "g.apng"];
  const jpeg = readFile("jpeg-420.jpg");
  for (const name of [...names, "notes.txt", ".hidden.heic"]) {
    Deno.writeFileSync(`${folder}/${name}`, jpeg);
  }
  const whole = await predict(place.weights, [folder]);
  assertEquals([whole.code, whole.complaints], [0, []]);
  const foreign = ["h.heic", "i.webp", "j\x1b[31m.gif"];
  for (const name of foreign) Deno.writeFileSync(`${folder}/${name}`, jpeg);
  Deno.mkdirSync(`${place.path}/elsewhere`);
  Deno.symlinkSync(`${place.path}/elsewhere`, `${folder}/link`);
  const { code, complaints } = await predict(place.weights, [folder]);
  assertEquals([code, complaints], [0, [
    `warning: ${folder}: 4 entries are left out, links to folders or no PNG, JPEG or IDX file: ` +
    `${folder}/h.heic, ${folder}/i.webp, ${folder}/j\\x1b[31m.gif, ...`,
  ]]);
  const { images, left_out } = await predictJson(place.weights, [folder]);
  const named = images.map(({ image }: { image: string }) => image);
  assertEquals(named, names.map((name) => `${folder}/${name}`));
  assertEquals(left_out, [...foreign, "link"].map((name) => `${folder}/${name}`));
  for (const name of names) Deno.removeSync(`${folder}/${name}`);
  const none = await predict(place.weights, [folder]);
  assertEquals([none.code, none.complaints.length], [1, 2]);
  assertEquals(none.complaints[1], `error: ${folder} holds no PNG, JPEG or IDX file`);
});

Deno.test("predict shows names without what would command the terminal, and tells JSON the names", async () => {
  using place = workshop();
  const [good, bad] = ["good\x1b[2J\u202e.png", "bad\n\u009b31m.png"].map((name) =>
    `${place.path}/${name}`
  );
  Deno.writeFileSync(good, readFile("gray-8.png"));
  Deno.writeFileSync(bad, readFile("gray-8.png").slice(0, 60));
  const nowhere = `${place.path}/no\twhere.png`;
  const { printed, complaints } = await predict(place.weights, [good, bad, nowhere]);
  assert(printed.startsWith(`${place.path}/good\\x1b[2J\\u202e.png `), printed);
  assertEquals(complaints, [
    `error: ${place.path}/bad\\n\\x9b31m.png is a damaged PNG: it ends too early`,
    `error: There is no ${place.path}/no\\twhere.png`,
  ]);
  const { images } = await predictJson(place.weights, [good, bad, nowhere]);
  assertEquals(images.map(({ image }: { image: string }) => image), [good, bad, nowhere]);
});

Deno.test("predict says where nothing stands out in a picture", async () => {
  using place = workshop();
  const plain = [[0, 40, 30], [255, 40, 30], [128, 1, 1], [255, 28, 28], [7, 28, 28]];
  const paths = plain.map(([gray, width, height]) => {
    const path = `${place.path}/${gray}-${width}.png`;
    Deno.writeFileSync(path, encodePng(new Uint8Array(width * height).fill(gray), width));
    return path;
  });
  const seen = `${place.path}/seen.png`;
  Deno.writeFileSync(seen, readFile("sneaker-tiny.png"));
  const { code, printed, complaints } = await predict(place.weights, [...paths, seen]);
  assertEquals([code, printed.split("\n").length], [0, 6]);
  const warning = "nothing stands out in it, so its classes mean nothing";
  assertEquals(complaints, paths.map((path) => `warning: ${path}: ${warning}`));
  const { images } = await predictJson(place.weights, [...paths, seen]);
  const warnings = images.map((image: { warning?: string }) => image.warning);
  assertEquals(warnings, [...paths.map(() => warning), undefined]);
});

const isWindows = Deno.build.os === "windows";

Deno.test({
  name: "predict waits for no pipe and reads no device, in a folder and by its name" +
    (isWindows ? " (skipped: needs mkfifo)" : ""),
  ignore: isWindows,
  fn: async () => {
    using place = workshop();
    const folder = `${place.path}/pictures`;
    Deno.mkdirSync(folder);
    Deno.writeFileSync(`${folder}/a.png`, readFile("gray-8.png"));
    new Deno.Command("mkfifo", { args: [`${folder}/b.png`] }).outputSync();
    Deno.symlinkSync("/dev/zero", `${folder}/c.png`);
    Deno.symlinkSync(`${folder}/a.png`, `${folder}/d.png`);
    const { code, printed, complaints } = await predict(place.weights, [
      folder,
      "/dev/zero",
      `${folder}/b.png`,
    ]);
    assertEquals([code, printed.split("\n").length], [1, 2]);
    const says = "is no file but a pipe, a device or a folder; " +
      "hand over on standard input, as -, what it gives";
    const refused = [`${folder}/b.png`, `${folder}/c.png`, "/dev/zero", `${folder}/b.png`];
    assertEquals(complaints, refused.map((path) => `error: ${path} ${says}`));
  },
});

const isRoot = isWindows || Deno.uid() === 0;

Deno.test({
  name: "predict goes on after a folder below a folder that it may not list" +
    (isRoot ? " (skipped: this user may list any)" : ""),
  ignore: isRoot,
  fn: async () => {
    using place = workshop();
    const folder = `${place.path}/pictures`;
    Deno.mkdirSync(`${folder}/b`, { recursive: true });
    for (const name of ["a", "c"]) {
      Deno.writeFileSync(`${folder}/${name}.png`, readFile("gray-8.png"));
    }
    Deno.chmodSync(`${folder}/b`, 0);
    const { code, printed, complaints } = await predict(place.weights, [folder]);
    Deno.chmodSync(`${folder}/b`, 0o700);
    assertEquals([code, printed.split("\n").length, complaints.length], [1, 2, 1]);
    assert(complaints[0].startsWith(`error: Cannot read ${folder}/b: `), complaints[0]);
  },
});
