import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { fashionMnist, readIdx, readImageSet } from "../../src/data/mod.ts";
import { UserError } from "../../src/errors.ts";
import { cutIdx } from "./cuts.ts";
import { type Bytes, gzip, idxFile, randomWords, smallPair } from "./idx_files.ts";

const small = smallPair(20);

const readPair = async (images: Bytes, labels: Bytes) =>
  await readImageSet(
    "small",
    { name: "images", bytes: images },
    { name: "labels", bytes: labels },
    fashionMnist,
  );

const refuses = (images: Bytes, labels: Bytes, message: string) =>
  assertRejects(() => readPair(images, labels), UserError, message);

/** Whether reading throws a UserError; any other error is a failure of the test. */
async function isRefused(images: Bytes, labels: Bytes): Promise<boolean> {
  try {
    await readPair(images, labels);
    return false;
  } catch (error) {
    if (error instanceof UserError) return true;
    throw error;
  }
}

Deno.test("readIdx() returns dimensions and values", () => {
  const { dimensions, values } = readIdx(idxFile([2, 3], [1, 2, 3, 4, 5, 6]), "small", 2);
  assertEquals(dimensions, [2, 3]);
  assertEquals([...values], [1, 2, 3, 4, 5, 6]);
});

Deno.test("readIdx() reads a view that does not begin at its buffer's start", () => {
  const file = idxFile([3], [7, 8, 9]);
  const larger = new Uint8Array(file.length + 5);
  larger.set(file, 5);
  assertEquals([...readIdx(larger.subarray(5), "view", 1).values], [7, 8, 9]);
});

Deno.test("readImageSet() reads a plain and a gzipped pair alike", async () => {
  const plain = await readPair(small.images, small.labels);
  const packed = await readPair(gzip(small.images), gzip(small.labels));
  assertEquals([plain.count, plain.height, plain.width], [20, 28, 28]);
  assertEquals(plain.images, small.images.subarray(16));
  assertEquals(plain.labels, small.labels.subarray(8));
  assertEquals(packed, plain);
});

Deno.test("readImageSet() refuses a wrong magic, type or rank", async () => {
  for (const [place, value] of [[0, 1], [1, 1], [2, 0x0d], [3, 1], [3, 4]]) {
    const changed = small.images.slice();
    changed[place] = value;
    await refuses(changed, small.labels, "is not an IDX file of unsigned bytes with 3 dimensions");
  }
  await refuses(small.labels, small.images, "images is not an IDX file");
});

Deno.test("readImageSet() refuses every truncation of a header", async () => {
  for (let length = 0; length < 16; length++) {
    await refuses(small.images.slice(0, length), small.labels, "images is truncated");
  }
  for (let length = 0; length < 8; length++) {
    await refuses(small.images, small.labels.slice(0, length), "labels is truncated");
  }
});

Deno.test("readImageSet() refuses bytes after the end", async () => {
  const longer = new Uint8Array([...small.images, 0]);
  await refuses(longer, small.labels, "images is too long: its header says [20, 28, 28]");
});

Deno.test("readImageSet() allocates nothing for a header that promises 2^96 bytes", async () => {
  const huge = 0xffffffff;
  const before = Deno.memoryUsage().external;
  await refuses(idxFile([huge, huge, huge], [1, 2, 3]), small.labels, "images is truncated");
  // 65536 x 65536 x 65536 x 65536 wraps to 0 in 64 bits.
  const wrapped = idxFile([65536, 65536, 65536, 65536], []);
  assertThrows(() => readIdx(wrapped, "wrapped", 4), UserError, "wrapped is truncated");
  assertEquals(Deno.memoryUsage().external - before < 1e6, true);
});

Deno.test("readImageSet() refuses images of another size", async () => {
  await refuses(idxFile([1, 32, 32], new Uint8Array(1024)), small.labels, "images of 32 x 32");
  await refuses(idxFile([2, 14, 56], new Uint8Array(1568)), small.labels, "images of 14 x 56");
});

Deno.test("readImageSet() refuses a file of no images in one sentence", async () => {
  const [images, labels] = [idxFile([0, 28, 28], []), idxFile([0], [])];
  await refuses(images, labels, "images holds no images.");
  await refuses(gzip(images), gzip(labels), "images holds no images.");
});

Deno.test("readImageSet() reads more images than MNIST has, as EMNIST and QMNIST have", async () => {
  const count = 60_001;
  const [images, labels] = [new Uint8Array(count * 784), new Uint8Array(count)];
  images[count * 784 - 1] = labels[count - 1] = 9;
  const set = await readPair(
    gzip(idxFile([count, 28, 28], images)),
    gzip(idxFile([count], labels)),
  );
  assertEquals([set.count, set.images.at(-1), set.labels.at(-1)], [count, 9, 9]);
});

Deno.test("readImageSet() unpacks no more than a header says", async () => {
  const bomb = gzip(new Uint8Array([...idxFile([2, 28, 28], []), ...new Uint8Array(1 << 20)]));
  await refuses(bomb, small.labels, "images unpacks to more than 1584 bytes");
  await refuses(gzip(idxFile([1 << 31, 1 << 31, 28], [])), small.labels, "images is truncated");
});

Deno.test("readImageSet() refuses counts that differ", async () => {
  await refuses(small.images, smallPair(19).labels, "images holds 20 images, but labels 19 labels");
});

Deno.test("readImageSet() refuses a label that is no class and names its place", async () => {
  const labels = small.labels.slice();
  labels[8 + 13] = 10;
  await refuses(small.images, labels, "labels has label 10 at 13; labels are 0 to 9");
});

Deno.test("readImageSet() refuses 10,000 random cuts of plain and gzipped files", async () => {
  assertEquals(await cutIdx(10_000), { headers: 24, cuts: 10_000 });
});

Deno.test("readImageSet() refuses any flipped bit of a gzipped file's data, length and checksum", async () => {
  const next = randomWords(3);
  const packed = gzip(small.labels);
  for (let i = 0; i < 5000; i++) {
    const flipped = packed.slice();
    const bit = next() % (8 * (packed.length - 10));
    flipped[10 + (bit >> 3)] ^= 1 << (bit & 7);
    assertEquals(await isRefused(small.images, flipped), true, `bit ${bit}`);
  }
});

Deno.test("readImageSet() survives a flipped bit in gzip's ten header bytes: refused or the same", async () => {
  const packed = gzip(small.labels);
  const expected = await readPair(small.images, packed);
  for (let bit = 0; bit < 80; bit++) {
    const flipped = packed.slice();
    flipped[bit >> 3] ^= 1 << (bit & 7);
    if (!await isRefused(small.images, flipped)) {
      assertEquals(await readPair(small.images, flipped), expected);
    }
  }
});

Deno.test("readImageSet() answers random bytes with a UserError", async () => {
  const next = randomWords(4);
  for (let i = 0; i < 5000; i++) {
    const bytes = Uint8Array.from({ length: next() % 64 }, () => next() & 255);
    if (i % 2 === 0) bytes.set([0x1f, 0x8b, 8, 0].slice(0, bytes.length));
    else bytes.set([0, 0, 8, 3].slice(0, bytes.length));
    assertEquals(await isRefused(bytes, small.labels), true);
  }
});
