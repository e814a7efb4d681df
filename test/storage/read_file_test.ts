import { assertEquals, assertThrows } from "@std/assert";
import { UserError } from "../../src/errors.ts";
import { diskFiles } from "../../src/storage/files.ts";
import { readText } from "../../src/storage/json_file.ts";
import { readFile } from "../../src/storage/read_file.ts";
import { temporaryFolder } from "../temporary_folder.ts";

const text = (bytes?: Uint8Array) => bytes && new TextDecoder().decode(bytes);

Deno.test("a regular file is read up to the limit, and one that is not there is undefined", () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/file`;
  assertEquals(readFile(path), undefined);
  assertEquals(readFile(`${path}/below`), undefined);
  Deno.writeTextFileSync(path, "content");
  assertEquals(readFile(`${path}/below`), undefined);
  assertEquals(text(readFile(path, { limit: 7 })), "content");
  assertThrows(() => readFile(path, { limit: 6 }), UserError, "is larger than 6 bytes");
});

Deno.test({
  name: "pipes, devices and folders are neither read nor written (needs mkfifo)",
  ignore: Deno.build.os === "windows",
  fn: () => {
    using folder = temporaryFolder();
    const path = `${folder.path}/pipe`;
    new Deno.Command("mkfifo", { args: [path] }).outputSync();
    for (const special of [path, "/dev/zero", folder.path]) {
      assertThrows(() => readFile(special), Error, "it is not a regular file");
      assertThrows(() => diskFiles.open(special, "append"), Error, "it is not a regular file");
      assertThrows(
        () => readText(special),
        UserError,
        `Cannot read ${special}: it is not a regular`,
      );
    }
  },
});

Deno.test({
  name: "symbolic links are followed where that is allowed (needs a Unix file system)",
  ignore: Deno.build.os === "windows",
  fn: () => {
    using folder = temporaryFolder();
    const real = Deno.realPathSync(folder.path);
    Deno.writeTextFileSync(`${real}/file`, "content");
    Deno.symlinkSync(`${real}/file`, `${real}/link`);
    Deno.symlinkSync(real, `${real}/folder`);
    for (const path of [`${real}/link`, `${real}/folder/file`]) {
      assertEquals(text(readFile(path)), "content");
      assertEquals(readFile(path, { links: false }), undefined);
    }
    assertEquals(text(readFile(`${real}/file`, { links: false })), "content");
  },
});
