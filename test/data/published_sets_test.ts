import { assert, assertEquals, assertRejects } from "@std/assert";
import { kmnist, loadTraining, mnist, publishedSets } from "../../src/data/mod.ts";
import { UserError } from "../../src/errors.ts";
import { inFolder } from "./published.ts";

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
