import { assertEquals, assertRejects } from "@std/assert";
import { dataFolder, findFile, readVerified, verify } from "../../src/data/files_on_disk.ts";
import { fashionMnist } from "../../src/data/mod.ts";
import { UserError } from "../../src/errors.ts";
import { randomWords, smallPair } from "./idx_files.ts";
import { inFolder, publish, rootSkip } from "./published.ts";

const { publication } = fashionMnist;
const { below: rawFolder } = publication;
const { file, packed, unpacked } = await publish("images.gz", smallPair(3).images);

Deno.test("dataFolder() is the flag, then FASHION_MNIST_DIR, then data", () => {
  const before = Deno.env.get("FASHION_MNIST_DIR");
  try {
    Deno.env.set("FASHION_MNIST_DIR", "/from/environment");
    assertEquals(dataFolder(publication, "given"), "given");
    assertEquals(dataFolder(publication), "/from/environment");
    Deno.env.set("FASHION_MNIST_DIR", "");
    assertEquals(dataFolder(publication), "data");
    Deno.env.delete("FASHION_MNIST_DIR");
    assertEquals(dataFolder(publication), "data");
  } finally {
    if (before !== undefined) Deno.env.set("FASHION_MNIST_DIR", before);
  }
});

Deno.test("findFile() finds nothing in a folder that is empty or missing", async () => {
  await inFolder(async (folder) => {
    assertEquals(await findFile(file, folder, rawFolder), undefined);
    assertEquals(await findFile(file, `${folder}/missing`, rawFolder), undefined);
  });
});

for (const place of ["", `${rawFolder}/`]) {
  for (const name of ["images.gz", "images"]) {
    Deno.test(`readVerified() reads ${place}${name}`, async () => {
      await inFolder(async (folder) => {
        await Deno.mkdir(`${folder}/${place}`, { recursive: true });
        await Deno.writeFile(`${folder}/${place}${name}`, name === "images" ? unpacked : packed);
        const found = await findFile(file, folder, rawFolder);
        assertEquals(found?.path, `${folder}/${place}${name}`);
        if (found) assertEquals(await readVerified(found), unpacked);
      });
    });

    Deno.test(`readVerified() reads ${place}${name} as what it is, whatever its name says`, async () => {
      await inFolder(async (folder) => {
        await Deno.mkdir(`${folder}/${place}`, { recursive: true });
        await Deno.writeFile(`${folder}/${place}${name}`, name === "images" ? packed : unpacked);
        assertEquals(await verify(folder, { files: [file], below: rawFolder }), [
          `${folder}/${place}${name}`,
        ]);
        const found = await findFile(file, folder, rawFolder);
        if (found) assertEquals(await readVerified(found), unpacked);
      });
    });

    Deno.test(`findFile() refuses a truncated ${place}${name}`, async () => {
      await inFolder(async (folder) => {
        await Deno.mkdir(`${folder}/${place}`, { recursive: true });
        const whole = name === "images" ? unpacked : packed;
        await Deno.writeFile(`${folder}/${place}${name}`, whole.subarray(1));
        await assertRejects(
          () => findFile(file, folder, rawFolder),
          UserError,
          `${place}${name} has ${whole.length - 1} bytes, the published file ${whole.length}`,
        );
      });
    });
  }
}

Deno.test("readVerified() refuses 1,000 flipped bits, packed and unpacked, by SHA-256", async () => {
  await inFolder(async (folder) => {
    const next = randomWords(5);
    for (let i = 0; i < 1000; i++) {
      const changed = (i % 2 === 0 ? packed : unpacked).slice();
      const bit = next() % (8 * changed.length);
      changed[bit >> 3] ^= 1 << (bit & 7);
      const path = `${folder}/changed`;
      await Deno.writeFile(path, changed);
      await assertRejects(
        () => readVerified({ file, path, packed: i % 2 === 0 }),
        UserError,
        `${path} is corrupt or another file: its SHA-256 is `,
      );
    }
  });
});

Deno.test("findFile() refuses a folder in the file's place", async () => {
  await inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/images.gz`);
    await assertRejects(
      () => findFile(file, folder, rawFolder),
      UserError,
      "images.gz is not a file.",
    );
  });
});

Deno.test({
  name: "a pipe or a device in a data file's place is refused (needs mkfifo)",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (folder) => {
      const path = `${folder}/images.gz`;
      await new Deno.Command("mkfifo", { args: [path] }).output();
      const exchanged = { file, path, packed: true }; // after it was looked for
      await assertRejects(() => readVerified(exchanged), UserError, "it is not a regular file");
      await assertRejects(() => findFile(file, folder, rawFolder), UserError, "is not a file.");
      await Deno.remove(path);
      await Deno.symlink("/dev/zero", path);
      await assertRejects(() => findFile(file, folder, rawFolder), UserError, "is not a file.");
      await Deno.remove(path);
      await assertRejects(() => readVerified(exchanged), UserError, `There is no ${path}.`);
    }),
});

Deno.test("findFile() refuses a data folder that is a file", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/data`, "");
    await assertRejects(
      () => findFile(file, `${folder}/data`, rawFolder),
      UserError,
      "Cannot look at ",
    );
  });
});

Deno.test("findFile() does not pass over a damaged file for a good one further on", async () => {
  await inFolder(async (folder) => {
    await Deno.writeFile(`${folder}/images.gz`, packed.subarray(1));
    await Deno.writeFile(`${folder}/images`, unpacked);
    await assertRejects(
      () => findFile(file, folder, rawFolder),
      UserError,
      "truncated or another file",
    );
  });
});

Deno.test("verify() names what it checked and passes over what is not there", async () => {
  await inFolder(async (folder) => {
    assertEquals(await verify(folder, { files: [file], below: rawFolder }), []);
    await Deno.writeFile(`${folder}/images`, unpacked);
    assertEquals(await verify(folder, { files: [file], below: rawFolder }), [`${folder}/images`]);
    await Deno.writeFile(`${folder}/images`, unpacked.toReversed());
    await assertRejects(
      () => verify(folder, { files: [file], below: rawFolder }),
      UserError,
      "is corrupt or another file",
    );
  });
});

Deno.test({
  name: `readVerified() says so where a file may not be read${rootSkip}`,
  ignore: rootSkip !== "",
  fn: () =>
    inFolder(async (folder) => {
      await Deno.writeFile(`${folder}/images.gz`, packed, { mode: 0 });
      const found = await findFile(file, folder, rawFolder);
      if (found === undefined) throw new Error("the file is there");
      await assertRejects(() => readVerified(found), UserError, "Permission denied");
    }),
});
