import { assert, assertEquals, assertRejects } from "@std/assert";
import { openLocal } from "../../src/data/local/open.ts";
import { UserError } from "../../src/errors.ts";
import { temporaryFolder } from "../temporary_folder.ts";
import { type Bytes, gzip } from "./idx_files.ts";
import { npy, zip } from "./npz_files.ts";

const refuses = (path: string, message: string) =>
  assertRejects(() => openLocal(path), UserError, message);

const bytes = (count: number) => Uint8Array.from({ length: count }, (_, i) => i & 255);
/** The labels 3, 5, 3, 5, ... as 64-bit numbers, as NumPy has them. */
const labels = (count: number) =>
  new Uint8Array(BigInt64Array.from({ length: count }, (_, i) => BigInt(3 + 2 * (i % 2))).buffer);

const colours = {
  "x_train.npy": npy("|u1", [12, 2, 2, 3], bytes(144)),
  "y_train.npy": npy("<i8", [12, 1], labels(12)),
  "x_test.npy": npy("|u1", [4, 2, 2, 3], bytes(48)),
  "y_test.npy": npy("<i8", [4], labels(4)),
};

Deno.test("an .npz of colours is a set, packed or not, its pixels in planes", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/set.npz`;
  for (const packed of [true, false]) {
    Deno.writeFileSync(path, zip(colours, packed));
    const { train, test, description, digests } = await openLocal(path);
    const { channels, height, width, classes } = description;
    assertEquals([channels, height, width, classes], [3, 2, 2, ["3", "5"]]);
    assertEquals([train.count, test.count, Object.keys(digests)], [12, 4, ["set.npz"]]);
    assertEquals([...train.images.subarray(0, 12)], [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]);
    assertEquals([...test.labels], [0, 1, 0, 1]);
  }
});

Deno.test("an .npz of gray images without a test part is divided", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/set.npz`;
  const gray = {
    "x_train.npy": npy("|u1", [12, 3, 4], bytes(144)),
    "y_train.npy": colours["y_train.npy"],
  };
  Deno.writeFileSync(path, zip(gray, true));
  const { train, test, description } = await openLocal(path);
  assertEquals([description.channels, train.count, test.count], [1, 10, 2]);
  assertEquals(description.split_seed, 170807747);
});

Deno.test("what is wrong in an .npz names the file and the array", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/set.npz`;
  const write = (changes: Record<string, Bytes>, without = "") => {
    const entries = Object.entries({ ...colours, ...changes }).filter(([name]) => name !== without);
    Deno.writeFileSync(path, zip(Object.fromEntries(entries), true));
  };
  const wrong: [Record<string, Bytes>, string][] = [
    [
      { "x_train.npy": npy("<f4", [12], bytes(48)) },
      "x_train is an array of <f4; save it as whole numbers, pixels as uint8 from 0 to 255.",
    ],
    [
      { "y_train.npy": npy(">i8", [12], labels(12)) },
      'y_train is an array of >i8, whose bytes are in the other order; save .astype("<i8") of it.',
    ],
    [{ "x_train.npy": npy("|u1", [144], bytes(144)) }, "x_train has to be uint8 of the shape"],
    [
      { "x_train.npy": npy("<i2", [12, 2, 3], bytes(144)) },
      "x_train has to be uint8 of the shape [count, height, width] or [count, height, width, " +
      "1 or 3], not <i2 [12, 2, 3].",
    ],
    [{ "x_train.npy": npy("|u1", [12, 2, 2, 4], bytes(192)) }, "x_train has to be uint8 of the"],
    [
      { "x_train.npy": npy("|u1", [12, 2, 2, 3], bytes(143)) },
      "x_train is truncated: |u1 [12, 2, 2",
    ],
    [{ "x_train.npy": npy("|u1", [12, 2, 2, 3], bytes(144), "True") }, "x_train is in Fortran's"],
    [{ "x_train.npy": bytes(20) as Bytes }, "x_train is no NumPy array"],
    [{ "y_train.npy": npy("<i8", [11], labels(11)) }, "x_train holds 12 images, but"],
    [
      { "y_test.npy": npy("|u1", [4], Uint8Array.of(3, 3, 7, 5)) },
      "y_test has label 7 at 2, which no",
    ],
    [{ "x_test.npy": npy("|u1", [4, 2, 2], bytes(16)) }, "x_test holds images of 2 x 2 x 1, but"],
  ];
  for (const [changes, message] of wrong) {
    write(changes);
    await refuses(path, `${path}: ${message}`);
  }
  write({}, "y_test.npy");
  await refuses(path, `${path} has not both x_test and y_test`);
  Deno.writeFileSync(path, zip({ "arr_0.npy": bytes(3) }, true));
  await refuses(path, `${path} has no x_train and y_train; it holds arr_0.npy`);
});

Deno.test("an .npz that is cut or has a byte changed is refused or the same", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/set.npz`;
  const whole = zip(colours, true);
  for (let length = 0; length <= whole.length - 3; length += 7) {
    Deno.writeFileSync(path, whole.subarray(0, length));
    await refuses(path, `${path} is a damaged ZIP archive`);
  }
  Deno.writeFileSync(path, whole);
  const { train, test } = await openLocal(path);
  let refused = 0;
  for (let place = 0; place < whole.length; place++) {
    Deno.writeFileSync(path, whole.with(place, whole[place] ^ 0x55));
    const opened = await openLocal(path).catch((error) => {
      if (!(error instanceof UserError)) throw error;
      refused++;
    });
    if (opened) assertEquals([opened.train, opened.test], [train, test], `${place}`);
  }
  assert(refused > whole.length / 2, `${refused} of ${whole.length}`);
});

Deno.test("CSV files are a set, alone or in a folder with a test part", async () => {
  using folder = temporaryFolder();
  const lines = (count: number, labels: string[]) =>
    Array.from({ length: count }, (_, i) => `${labels[i % labels.length]},${i},0,255,7\n`).join("");
  const train = `label,a,b,c,d\n${lines(12, ["bag", "coat"])}`;
  const [trainPath, testPath] = ["train", "test"].map((part) => `${folder.path}/set_${part}.csv`);
  Deno.writeTextFileSync(trainPath, train);
  const alone = await openLocal(trainPath);
  assertEquals(alone.description.classes, ["bag", "coat"]);
  assertEquals([alone.train.count, alone.test.count, alone.train.width], [10, 2, 2]);
  Deno.writeTextFileSync(testPath, lines(2, ["coat"]));
  const both = await openLocal(folder.path);
  assertEquals([both.train.count, both.test.count, [...both.test.labels]], [12, 2, [1, 1]]);
  assertEquals(both.description.split_seed, undefined);
  Deno.writeFileSync(`${trainPath}.gz`, gzip(new TextEncoder().encode(train)));
  assertEquals((await openLocal(`${trainPath}.gz`)).train, alone.train);
  Deno.writeTextFileSync(testPath, lines(2, ["coat", "hat"]));
  await refuses(folder.path, `${testPath}, line 2: the label "hat" is none of the training images`);
  Deno.writeTextFileSync(testPath, "bag,1\n");
  await refuses(folder.path, `${testPath} holds images of 1 x 1`);
  Deno.writeTextFileSync(trainPath, lines(4, ["bag", "bag", "bag", "coat"]));
  await refuses(trainPath, `${trainPath}: label "coat" holds one image; 3 are the least`);
});
