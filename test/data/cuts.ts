import { readImageSet } from "../../src/data/read_image_set.ts";
import { fashionMnist } from "../../src/data/mod.ts";
import { UserError } from "../../src/errors.ts";
import { type Bytes, gzip, randomWords, smallPair } from "./idx_files.ts";

const { images, labels } = smallPair(20);

/**
 * Reads IDX files, plain and gzipped, that are cut: everywhere in their headers, and at so many
 * random places. Throws at the first that is not refused.
 */
export async function cutIdx(count: number): Promise<{ headers: number; cuts: number }> {
  let headers = 0;
  for (let length = 0; length < 16; length++, headers++) {
    await refuse(images.slice(0, length), labels);
  }
  for (let length = 0; length < 8; length++, headers++) {
    await refuse(images, labels.slice(0, length));
  }
  const next = randomWords(2);
  const files = [images, labels, gzip(images), gzip(labels)];
  for (let i = 0; i < count; i++) {
    const file = files[i % 4];
    const cut = file.slice(0, next() % file.length);
    await (i % 2 === 0 ? refuse(cut, labels) : refuse(images, cut));
  }
  return { headers, cuts: count };
}

async function refuse(images: Bytes, labels: Bytes): Promise<void> {
  try {
    await readImageSet(
      "cut",
      { name: "images", bytes: images },
      { name: "labels", bytes: labels },
      fashionMnist,
    );
  } catch (error) {
    if (error instanceof UserError) return;
    throw error;
  }
  throw new Error(`images of ${images.length} bytes, labels of ${labels.length} are accepted`);
}
