import { assert, assertEquals, assertRejects } from "@std/assert";
import { kmnist, loadTraining, mnist, publishedSets } from "../../src/data/mod.ts";
import { UserError } from "../../src/errors.ts";
import { published } from "../../src/data/sets/published.ts";
import { linear } from "../../src/models/mod.ts";
import { sgd } from "../../src/nn/mod.ts";
import { evaluate, fit } from "../../src/train/mod.ts";
import { idxFile } from "./idx_files.ts";
import { inFolder, publish } from "./published.ts";

Deno.test("the published sets have the files of MNIST's form, each with digests of its own", () => {
  const digests = new Set<string>();
  for (const { publication, trainCount, height, width, classes } of publishedSets) {
    const { train, test, below, sources, files } = publication;
    assertEquals([height, width, classes.length, trainCount], [28, 28, 10, 60_000]);
    const sizes = [train.images, train.labels, test.images, test.labels].map((file) => {
      return file.unpackedBytes;
    });
    assertEquals(sizes, [16 + 60_000 * 784, 8 + 60_000, 16 + 10_000 * 784, 8 + 10_000]);
    for (const { sha256, unpackedSha256 } of files) {
      for (const digest of [sha256, ...unpackedSha256 ? [unpackedSha256] : []]) {
        assert(/^[0-9a-f]{64}$/.test(digest), digest);
        digests.add(digest);
      }
    }
    assert(sources.every((source) => /^https?:\/\/.*[^/]$/.test(source)), below);
  }
  assertEquals(digests.size, 8 + 8 + 4);
  assertEquals(kmnist.classes[3], "tsu");
});

Deno.test("files of KMNIST's form are checked, split, trained on and tested, under its names", async () => {
  await inFolder(async (dataDir) => {
    const pair = async (part: "train" | "test", count: number) => {
      const { images, labels } = kmnist.publication[part];
      const numbers = Array.from({ length: count }, (_, i) => i % 10);
      // A class is a bright row.
      const pixels = numbers.flatMap((label) =>
        Array.from({ length: 784 }, (_, i) => Math.floor(i / 28) === 2 * label ? 255 : 0)
      );
      return {
        images: await publish(images.name, idxFile([count, 28, 28], pixels)),
        labels: await publish(labels.name, idxFile([count], numbers)),
      };
    };
    const [train, test] = [await pair("train", 60), await pair("test", 20)];
    const filesOf = ({ images, labels }: typeof train) => ({
      images: images.file,
      labels: labels.file,
    });
    const folder = `${dataDir}/${kmnist.publication.below}`;
    Deno.mkdirSync(folder, { recursive: true });
    for (const { file, packed } of [train, test].flatMap((part) => Object.values(part))) {
      Deno.writeFileSync(`${folder}/${file.name}`, packed);
    }
    const publication = { ...kmnist.publication, train: filesOf(train), test: filesOf(test) };
    const made = published({ ...kmnist, trainCount: 60, validationCount: 10, publication });
    const options = { dataDir, sources: [] };
    await made.prepare?.(options);
    const data = await made.loadTraining(50, options);
    assertEquals([data.train.count, data.validation?.count, data.source], [50, 10, "kmnist"]);
    assertEquals(data.digests, {
      "train-images-idx3-ubyte.gz": train.images.file.sha256,
      "train-labels-idx1-ubyte.gz": train.labels.file.sha256,
    });
    const recipe = { optimizer: sgd({ lr: 0.5 }), epochs: 5, batchSize: 10 };
    using fitted = await fit({ model: linear(), data, ...recipe });
    const images = await made.loadTest(options);
    assertEquals(images.classes, kmnist.classes);
    assertEquals(evaluate(fitted.model, images).correct, 20);
    Deno.writeFileSync(`${folder}/${test.labels.file.name}`, train.labels.packed);
    await assertRejects(
      async () => await made.prepare?.(options),
      UserError,
      test.labels.file.name,
    );
  });
});

Deno.test("an unpacked file of which only the gzipped one's digest is known is refused", async () => {
  await inFolder(async (folder) => {
    for (const { name, unpackedBytes } of kmnist.publication.files) {
      const path = `${folder}/${name.replace(".gz", "")}`;
      await Deno.writeFile(path, new Uint8Array());
      await Deno.truncate(path, unpackedBytes);
    }
    const load = () => loadTraining({ data: "kmnist", dataDir: folder, sources: [] });
    const message = "is unpacked, and only the published t10k-labels-idx1-ubyte.gz can be checked";
    await assertRejects(load, UserError, message);
  });
});

Deno.test("files of another set under the same names are refused", async () => {
  await inFolder(async (folder) => {
    const { name, bytes } = kmnist.publication.files[0];
    await Deno.writeFile(`${folder}/${name}`, new Uint8Array(bytes));
    const load = () => loadTraining({ data: "mnist", dataDir: folder, sources: [] });
    const size = mnist.publication.files[0].bytes;
    await assertRejects(load, UserError, `${name} has ${bytes} bytes, the published file ${size}`);
  });
});
