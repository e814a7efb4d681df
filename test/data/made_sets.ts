import { encodePng } from "../../src/image/mod.ts";
import { gzip, idxFile, randomWords } from "./idx_files.ts";

/** An image `[height, width, channels]` with stripes that tell its class. */
function stripes(
  label: number,
  classes: number,
  bytes: number,
  next: () => number,
): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    { length: bytes },
    (_, i) => (i % classes === label ? 180 : 20) + next() % 50,
  );
}

/** Writes IDX files of `classes` classes, numbered from 1, with images of `height` x `width`. */
export function makeIdx(
  folder: string,
  { train, test, classes, height, width }: {
    readonly train: number;
    readonly test?: number;
    readonly classes: number;
    readonly height: number;
    readonly width: number;
  },
): void {
  Deno.mkdirSync(folder, { recursive: true });
  const next = randomWords(3);
  for (const [part, count] of [["train", train], ["t10k", test ?? 0]] as const) {
    if (count === 0) continue;
    const labels = Uint8Array.from({ length: count }, (_, i) => 1 + i % classes);
    const images = Array.from(labels, (label) => {
      return [...stripes(label - 1, classes, height * width, next)];
    }).flat();
    const file = idxFile([count, height, width], images);
    Deno.writeFileSync(`${folder}/${part}-images-idx3-ubyte.gz`, gzip(file));
    Deno.writeFileSync(`${folder}/${part}-labels-idx1-ubyte`, idxFile([count], labels));
  }
}

/** Writes a folder of pictures for each class, 20 x 16. */
export function makePictures(
  folder: string,
  classes: readonly string[],
  count: number,
  channels: 1 | 3 = 1,
): void {
  const next = randomWords(5);
  for (const [label, name] of classes.entries()) {
    Deno.mkdirSync(`${folder}/${name}`, { recursive: true });
    for (let i = 0; i < count; i++) {
      const pixels = stripes(label, classes.length, 20 * 16 * channels, next);
      Deno.writeFileSync(`${folder}/${name}/${i}.png`, encodePng(pixels, 16, channels));
    }
  }
}
