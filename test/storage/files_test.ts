import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { fileURLToPath } from "node:url";
import { appendSafely, diskFiles, folderOf, writeAtomically } from "../../src/storage/files.ts";
import { faults, FaultyFiles } from "./faulty_files.ts";
import { temporaryFolder } from "../temporary_folder.ts";

const childPath = fileURLToPath(new URL("./full_device_child.ts", import.meta.url));

Deno.test("writeAtomically() leaves the old content or the new one, whatever fails", () => {
  let injected = 0;
  for (const fault of faults) {
    for (let failing = 0;; failing++) {
      using folder = temporaryFolder();
      const path = `${folder.path}/file`;
      Deno.writeTextFileSync(path, "old");
      const files = new FaultyFiles(fault, failing);
      let failed = false;
      try {
        writeAtomically(files, path, "the new content");
      } catch {
        failed = true;
      }
      const survives = fault === "EINTR" || fault === "short write";
      assert(!(survives && failed), `${fault} at operation ${failing} must be overcome`);
      const content = Deno.readTextFileSync(path);
      if (!failed) assertEquals(content, "the new content");
      assert(["old", "the new content"].includes(content), content);
      if (failing >= files.operations.length) break;
      injected++;
      if (failed && files.operations[failing] !== "syncFolder") {
        assertEquals(content, "old");
        assertEquals([...Deno.readDirSync(folder.path)].map(({ name }) => name), ["file"]);
      }
    }
  }
  assert(injected >= 20, `${injected} faults`);
});

Deno.test({
  name: "writeAtomically() replaces no pipe and no device (needs mkfifo)",
  ignore: Deno.build.os === "windows",
  fn: () => {
    using folder = temporaryFolder();
    const path = `${folder.path}/pipe`;
    new Deno.Command("mkfifo", { args: [path] }).outputSync();
    const write = () => writeAtomically(diskFiles, path, "content");
    assertThrows(write, Error, "it is not a regular file");
    Deno.removeSync(path);
    Deno.symlinkSync("/dev/null", path);
    assertThrows(write, Error, "it is not a regular file");
    assertEquals([...Deno.readDirSync(folder.path)].map(({ name }) => name), ["pipe"]);
  },
});

Deno.test("writeAtomically() writes through no link under its temporary name", () => {
  using folder = temporaryFolder();
  const [path, victim] = [`${folder.path}/file`, `${folder.path}/victim`];
  Deno.writeTextFileSync(victim, "precious");
  for (const plant of [Deno.symlinkSync, Deno.linkSync]) {
    plant(victim, `${path}.tmp`);
    writeAtomically(diskFiles, path, "new");
    assertEquals(Deno.readTextFileSync(path), "new");
    assertEquals(Deno.readTextFileSync(victim), "precious");
  }
});

Deno.test("writeAtomically() does all its steps in the order that survives a power cut", () => {
  using folder = temporaryFolder();
  const files = new FaultyFiles("EIO");
  writeAtomically(files, `${folder.path}/file`, "x");
  assertEquals(files.operations, ["open", "write", "sync", "rename", "syncFolder"]);
});

Deno.test("writeAtomically() reports a really full file system and keeps the old content", {
  ignore: Deno.build.os !== "linux",
}, async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/file`;
  Deno.writeTextFileSync(path, "old");
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-lock", "-A", childPath, path], // a device wants all permissions
  }).output();
  assertStringIncludes(new TextDecoder().decode(stdout), "No space left");
  assertEquals(Deno.readTextFileSync(path), "old");
});

Deno.test("appendSafely() adds a line or leaves the file as it was, whatever fails", () => {
  for (const fault of faults) {
    for (let failing = 0;; failing++) {
      using folder = temporaryFolder();
      const path = `${folder.path}/rows`;
      Deno.writeTextFileSync(path, "one\n");
      const files = new FaultyFiles(fault, failing);
      let failed = false;
      try {
        appendSafely(files, path, "two\n", 4);
      } catch {
        failed = true;
      }
      assertEquals(Deno.readTextFileSync(path), failed ? "one\n" : "one\ntwo\n");
      if (failing >= files.operations.length) break;
    }
  }
});

Deno.test("folderOf() names the folder that holds a path", () => {
  assertEquals(folderOf("/a/b"), "/a");
  assertEquals(folderOf("/a"), "/");
  assertEquals(folderOf("a"), ".");
});
