import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { sha256 } from "../../src/data/digest.ts";
import { SourcesFailed } from "../../src/data/download.ts";
import { fashionMnist } from "../../src/data/mod.ts";
import { loadTest, loadTraining } from "../../src/data/load.ts";
import { UsageError, UserError } from "../../src/errors.ts";
import { inFolder } from "./published.ts";

const { files: canonicalFiles, test: testFiles, train: trainFiles, below: rawFolder } =
  fashionMnist.publication;

/** A source that refuses the connection. */
const unreachable = ["http://127.0.0.1:9"];

/** Collects warnings instead of printing them. */
function listener() {
  const warnings: string[] = [];
  return { warnings, onWarning: (warning: string) => void warnings.push(warning) };
}

Deno.test("loadTraining() of the synthetic set asks no source and warns of nothing", async () => {
  const { warnings, onWarning } = listener();
  const data = await loadTraining({ data: "synthetic", trainSize: 100, onWarning });
  assertEquals([data.source, data.train.count, data.validation?.count], ["synthetic", 100, 10_000]);
  assertEquals([data.train.name, data.validation?.name], [
    "synthetic/train",
    "synthetic/validation",
  ]);
  assertEquals(Object.keys(data.digests), ["synthetic/train", "synthetic/validation"]);
  assertEquals(warnings, []);
});

Deno.test("loadTraining() with data auto falls back to the synthetic set and says so loudly", async () => {
  await inFolder(async (folder) => {
    const { warnings, onWarning } = listener();
    const data = await loadTraining({
      data: "auto",
      dataDir: folder,
      trainSize: 20,
      sources: unreachable,
      onWarning,
    });
    assertEquals([data.source, data.train.name], ["synthetic", "synthetic/train"]);
    assertEquals(warnings.length, 1);
    assertStringIncludes(warnings[0], "!!! NOT FASHION-MNIST: this run uses the SYNTHETIC set");
    assertStringIncludes(warnings[0], "http://127.0.0.1:9: ");
    assertEquals(Array.from(Deno.readDirSync(folder)), []);
  });
});

Deno.test("loadTraining() of fashion-mnist never falls back", async () => {
  await inFolder(async (folder) => {
    const { warnings, onWarning } = listener();
    const options = { dataDir: folder, sources: unreachable, onWarning };
    const error = await assertRejects(
      () => loadTraining({ data: "fashion-mnist", ...options }),
      SourcesFailed,
    );
    assertStringIncludes(error.message, "Cannot download t10k-labels-idx1-ubyte.gz. Tried:\n");
    await assertRejects(() => loadTest({ data: "fashion-mnist", ...options }), SourcesFailed);
    assertEquals(warnings, []);
  });
});

for (const data of ["auto", "fashion-mnist"] as const) {
  for (const file of canonicalFiles.filter(({ bytes }) => bytes < 100_000)) {
    Deno.test(`loadTraining() with data ${data} refuses a damaged ${file.name}`, async () => {
      await inFolder(async (folder) => {
        const { warnings, onWarning } = listener();
        const options = { data, dataDir: folder, sources: unreachable, onWarning };
        const path = `${folder}/${file.name}`;
        await Deno.writeFile(path, new Uint8Array(file.bytes - 1));
        const message = `${path} has ${file.bytes - 1} bytes, the published file ${file.bytes}`;
        await assertRejects(() => loadTraining(options), UserError, message);
        if (data === "auto") {
          await Deno.writeFile(path, new Uint8Array(file.bytes));
          const corrupt = `${path} is corrupt or another file`;
          await assertRejects(() => loadTraining(options), UserError, corrupt);
          await assertRejects(() => loadTest(options), UserError, corrupt);
        }
        assertEquals(warnings, []);
      });
    });
  }
}

Deno.test("loadTraining() finds out about damaged test images before a run begins", async () => {
  await inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/${rawFolder}`, { recursive: true });
    for (const { name, bytes } of canonicalFiles) {
      await Deno.truncate(await touched(`${folder}/${rawFolder}/${name}`), bytes);
    }
    await assertRejects(
      () => loadTraining({ data: "fashion-mnist", dataDir: folder, sources: unreachable }),
      UserError,
      `${rawFolder}/${testFiles.labels.name} is corrupt`,
    );
  });
});

Deno.test("loadTraining() refuses an impossible size before it asks any source", async () => {
  for (const trainSize of [0, 55_000, 70_000, 2.5]) {
    await assertRejects(
      () => loadTraining({ data: "fashion-mnist", trainSize, sources: [] }),
      UsageError,
      `Cannot train on ${trainSize} images: take 1 to`,
    );
  }
});

Deno.test("loadTest() of the synthetic set has 10,000 images, 1,000 a class", async () => {
  const test = await loadTest({ data: "synthetic" });
  assertEquals([test.name, test.count, test.source], ["synthetic/test", 10_000, "synthetic"]);
  assertEquals(test.labels.filter((label) => label === 6).length, 1000);
});

async function touched(path: string): Promise<string> {
  await Deno.writeFile(path, new Uint8Array());
  return path;
}

const folder = Deno.env.get("FASHION_MNIST_DIR");
const skipped = folder ? "" : " (skipped: FASHION_MNIST_DIR is not set)";
const real = { data: "fashion-mnist", dataDir: folder, sources: [] } as const;

Deno.test({
  name: `loadTraining() reads the real data: 50,000 and 10,000, 1,000 a class${skipped}`,
  ignore: !folder,
  fn: async () => {
    const { train, validation, source, digests } = await loadTraining(real);
    assertEquals([train.count, validation?.count, source], [50_000, 10_000, "fashion-mnist"]);
    for (let label = 0; label < 10; label++) {
      assertEquals(train.labels.filter((found) => found === label).length, 5000);
      assertEquals(validation?.labels.filter((found) => found === label).length, 1000);
    }
    assertEquals(digests, {
      [trainFiles.images.name]: trainFiles.images.sha256,
      [trainFiles.labels.name]: trainFiles.labels.sha256,
    });
  },
});

Deno.test({
  name: `loadTraining() always splits the real data alike${skipped}`,
  ignore: !folder,
  fn: async () => {
    const { train, validation } = await loadTraining(real);
    assertEquals(
      [await sha256(train.images), await sha256(validation?.images ?? new Uint8Array())],
      [
        "7f1d2be074cd91e8da1c1284a7a9cf64392a3e25a0ddc5fd6a9b3f1a5a2fa577",
        "d5eaee3c60e624f7f8610e5065c0e71fde0c9b25475ca90ceb3bb8314bc37c9b",
      ],
    );
  },
});

Deno.test({
  name: `loadTraining() of 60,000 reads all in the published order${skipped}`,
  ignore: !folder,
  fn: async () => {
    const { train, validation } = await loadTraining({ ...real, trainSize: 60_000 });
    assertEquals([train.count, validation], [60_000, undefined]);
    assertEquals([...train.labels.subarray(0, 10)], [9, 0, 0, 3, 0, 2, 7, 2, 5, 5]);
    const mean = train.images.reduce((sum, pixel) => sum + pixel, 0) / train.images.length / 255;
    assertEquals(mean.toFixed(4), "0.2860");
  },
});

Deno.test({
  name: `loadTest() reads the real data${skipped}`,
  ignore: !folder,
  fn: async () => {
    const test = await loadTest(real);
    assertEquals([test.name, test.count, test.source], [
      "fashion-mnist/test",
      10_000,
      "fashion-mnist",
    ]);
    assertEquals([...test.labels.subarray(0, 10)], [9, 2, 1, 1, 6, 1, 4, 6, 5, 7]);
  },
});

Deno.test({
  name:
    `loadTraining() refuses the real images under the labels' name, and exchanged files${skipped}`,
  ignore: !folder,
  fn: () =>
    inFolder(async (copy) => {
      for (const { name } of canonicalFiles) {
        const from = await Deno.stat(`${folder}/${name}`).then(() => `${folder}/${name}`).catch(
          () => `${folder}/${rawFolder}/${name}`,
        );
        await Deno.copyFile(from, `${copy}/${name}`);
      }
      await Deno.rename(`${copy}/${testFiles.labels.name}`, `${copy}/spare`);
      await Deno.rename(`${copy}/${trainFiles.labels.name}`, `${copy}/${testFiles.labels.name}`);
      await Deno.rename(`${copy}/spare`, `${copy}/${trainFiles.labels.name}`);
      await assertRejects(
        () => loadTraining({ ...real, dataDir: copy }),
        UserError,
        "it is truncated or another file",
      );
    }),
});
