import { assertEquals, assertThrows } from "@std/assert";
import { openRegularFile, readBytes } from "../../src/storage/mod.ts";
import { temporaryFolder } from "../temporary_folder.ts";

Deno.test("openRegularFile() opens files, and links to them unless it is told not to", () => {
  using folder = temporaryFolder();
  const [file, link] = [`${folder.path}/file`, `${folder.path}/link`];
  Deno.writeFileSync(file, Uint8Array.of(1, 2, 3));
  Deno.symlinkSync(file, link);
  for (const path of [file, link]) {
    using opened = openRegularFile(path);
    assertEquals(opened?.size, 3);
    assertEquals(opened && [...readBytes(opened.file, 9)], [1, 2, 3]);
  }
  assertEquals(openRegularFile(link, { links: false }), undefined);
});

const isWindows = Deno.build.os === "windows";

Deno.test({
  name: "openRegularFile() opens no folder, pipe or device" +
    (isWindows ? " (skipped: needs mkfifo)" : ""),
  ignore: isWindows,
  fn: () => {
    using folder = temporaryFolder();
    new Deno.Command("mkfifo", { args: [`${folder.path}/pipe`] }).outputSync();
    for (const path of [folder.path, `${folder.path}/pipe`, "/dev/zero"]) {
      assertEquals(openRegularFile(path), undefined);
      assertEquals(openRegularFile(path, { links: false }), undefined);
    }
  },
});

Deno.test("openRegularFile() throws where there is nothing", () => {
  using folder = temporaryFolder();
  assertThrows(() => openRegularFile(`${folder.path}/nothing`), Deno.errors.NotFound);
});
