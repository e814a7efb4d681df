import { assertEquals, assertRejects } from "@std/assert";
import { loadTest, loadTraining, type LocalDescription } from "../../src/data/mod.ts";
import { openLocal } from "../../src/data/local/open.ts";
import { encodePng } from "../../src/image/mod.ts";
import { UserError } from "../../src/errors.ts";
import { temporaryFolder } from "../temporary_folder.ts";
import { idxFile } from "./idx_files.ts";
import { makeIdx, makePictures } from "./made_sets.ts";

const refuses = (path: string, message: string, options = {}) =>
  assertRejects(() => openLocal(path, options), UserError, message);

Deno.test("a set of four IDX files has their size and the classes that their labels number", async () => {
  using folder = temporaryFolder();
  makeIdx(folder.path, { train: 470, test: 94, classes: 47, height: 10, width: 12 });
  const { train, validation, source, digests } = await loadTraining({ data: folder.path });
  const { height, width, channels, classes, split_seed } = source as LocalDescription;
  assertEquals([height, width, channels, classes.length, split_seed], [10, 12, 1, 47, undefined]);
  assertEquals([classes[0], classes[46]], ["1", "47"]);
  assertEquals([train.count, validation?.count], [376, 94]);
  const test = await loadTest({ data: source });
  assertEquals([test.count, test.labels[46], test.height], [94, 46, 10]);
  assertEquals(test.digests, digests);
  assertEquals(Object.keys(digests).sort(), [
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte",
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte",
  ]);
});

Deno.test("a set without a test part gives a fifth of each class, the same at every loading", async () => {
  using folder = temporaryFolder();
  makeIdx(folder.path, { train: 60, classes: 4, height: 3, width: 3 });
  const { train, validation, source } = await loadTraining({ data: folder.path });
  const description = source as LocalDescription;
  assertEquals(description.split_seed, 170807747);
  const test = await loadTest({ data: source });
  assertEquals([train.count, validation?.count, test.count], [40, 8, 12]);
  assertEquals(await loadTest({ data: description }), test);
  const images = (set: typeof train) =>
    Array.from({ length: set.count }, (_, i) => `${set.images.subarray(9 * i, 9 * i + 9)}`);
  const all = new Set([train, validation!, test].flatMap(images));
  assertEquals(all.size, 60);
});

Deno.test("what is wrong in IDX files names the file", async () => {
  using folder = temporaryFolder();
  const { path } = folder;
  const shape = { train: 12, test: 4, classes: 4, height: 3, width: 3 };
  makeIdx(path, shape);
  const [labels, testLabels] = ["train", "t10k"].map((part) => `${path}/${part}-labels-idx1-ubyte`);
  const write = (name: string, values: number[]) =>
    Deno.writeFileSync(name, idxFile([values.length], values));
  write(testLabels, [1, 2, 9, 3]);
  await refuses(path, `${testLabels} has label 9 at 2, which no training image has`);
  write(testLabels, [1, 2, 3]);
  await refuses(path, `holds 4 images, but ${testLabels} 3 labels`);
  Deno.removeSync(testLabels);
  await refuses(path, `${path} has t10k-images-idx3-ubyte.gz, but no labels beside it`);
  Deno.removeSync(`${path}/t10k-images-idx3-ubyte.gz`);
  write(labels, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 7]);
  await refuses(
    path,
    `${labels}: label 7 holds one image; 3 are the least, to train, validate and`,
  );
  write(labels, new Array(12).fill(3));
  await refuses(path, `${path} holds 1 class; two are the least`);
  Deno.copyFileSync(labels, `${path}/byclass-train-labels-idx1-ubyte`);
  await refuses(path, "holds several sets: byclass-train-labels-idx1-ubyte and train-labels");
});

Deno.test("a folder of class folders is a set with their names", async () => {
  using folder = temporaryFolder();
  makePictures(folder.path, ["10", "9", "cat"], 5);
  const { train, source } = await loadTraining({ data: folder.path });
  const { height, width, classes, test_count } = source as LocalDescription;
  assertEquals([height, width, classes, test_count], [20, 16, ["10", "9", "cat"], 3]);
  assertEquals(train.count, 9);
  const scaled = await openLocal(folder.path, { imageSize: 8 });
  assertEquals([scaled.train.height, scaled.train.width], [8, 8]);
  assertEquals(scaled.description.image_size, 8);
});

Deno.test("folders train and test keep their parts, and numbers are in order of their size", async () => {
  using folder = temporaryFolder();
  makePictures(`${folder.path}/train`, ["10", "9"], 4);
  makePictures(`${folder.path}/test`, ["10", "9"], 2);
  const { description, test, digests } = await openLocal(folder.path);
  assertEquals([description.classes, description.split_seed], [["9", "10"], undefined]);
  assertEquals([description.train_count, test.count], [8, 4]);
  assertEquals(Object.keys(digests).sort(), ["test/10/", "test/9/", "train/10/", "train/9/"]);
  Deno.mkdirSync(`${folder.path}/val`);
  const both =
    `${folder.path} holds test and val: keep the one to test on. Validation images are ` +
    `taken from ${folder.path}/train: move those of ${folder.path}/val there, or away`;
  await refuses(folder.path, both);
  Deno.removeSync(`${folder.path}/val`);
  makePictures(`${folder.path}/test`, ["bird"], 2);
  await refuses(folder.path, `${folder.path}/test/bird is a class that ${folder.path}/train does`);
});

Deno.test("what is wrong in a folder of pictures names the file", async () => {
  using folder = temporaryFolder();
  const { path } = folder;
  makePictures(path, ["cat", "dog"], 4);
  const add = (name: string, bytes: Uint8Array) => {
    Deno.writeFileSync(`${path}/${name}`, bytes);
    return { [Symbol.dispose]: () => Deno.removeSync(`${path}/${name}`) };
  };
  const picture = encodePng(new Uint8Array(15), 5);
  {
    using _ = add("dog/9.png", picture);
    await refuses(path, `${path}/dog/9.png has 5 x 3 pixels, but ${path}/cat/0.png 16 x 20: add`);
    assertEquals((await openLocal(path, { imageSize: 4 })).description.height, 4);
  }
  {
    using _ = add("dog/9.png", picture.subarray(0, 40));
    await refuses(path, `${path}/dog/9.png is a damaged PNG`);
  }
  {
    using _ = add("cat/9.webp", picture);
    await refuses(path, `${path}/cat/9.webp is not read; save it as PNG or JPEG, or remove it`);
  }
  if (Deno.build.os !== "windows") {
    using _ = add("cat/9.png", picture);
    Deno.removeSync(`${path}/cat/9.png`);
    Deno.symlinkSync("/dev/zero", `${path}/cat/9.png`);
    await refuses(path, `Cannot read ${path}/cat/9.png: it is not a regular file`);
  }
  Deno.mkdirSync(`${path}/owl`);
  await refuses(path, `${path}/owl holds 0 images; 3 are the least`);
  Deno.writeFileSync(`${path}/owl/1.png`, Deno.readFileSync(`${path}/cat/1.png`));
  await refuses(path, `${path}/owl holds one image; 3 are the least`);
});

Deno.test("a place without data is refused in one sentence", async () => {
  using folder = temporaryFolder();
  await refuses(`${folder.path}/nowhere`, `There is no data set or folder ${folder.path}/nowhere`);
  await refuses(folder.path, "holds no PNG, JPEG or IDX file in a class's folder");
  Deno.writeTextFileSync(`${folder.path}/notes.txt`, "");
  await refuses(`${folder.path}/notes.txt`, "notes.txt is no data set: expected IDX files");
});

Deno.test("data that changed since they were described are refused; moved ones are found", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/set`;
  makePictures(path, ["cat", "dog"], 4);
  const { source } = await loadTraining({ data: path });
  const moved = `${folder.path}/elsewhere`;
  Deno.renameSync(path, moved);
  await assertRejects(
    () => loadTest({ data: source }),
    UserError,
    "There is no data set or folder",
  );
  assertEquals((await loadTest({ data: source, dataDir: moved })).count, 2);
  Deno.copyFileSync(`${moved}/cat/0.png`, `${moved}/cat/1.png`);
  const load = () => loadTraining({ data: source, dataDir: moved });
  await assertRejects(load, UserError, `The data in ${moved} are not those of the run`);
});

Deno.test("--image-size is refused where no pictures of a user's own are scaled", async () => {
  using folder = temporaryFolder();
  makeIdx(folder.path, { train: 12, classes: 4, height: 3, width: 3 });
  await refuses(folder.path, "--image-size is for folders of pictures", { imageSize: 4 });
  const load = () => loadTraining({ data: "synthetic", trainSize: 10, imageSize: 4 });
  await assertRejects(load, UserError, "--image-size 4 is for new runs on --data FOLDER alone");
});
