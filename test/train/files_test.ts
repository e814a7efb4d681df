import { assert, assertEquals, assertThrows } from "@std/assert";
import { appendSafely, folderOf, writeAtomically } from "../../src/train/files.ts";
import { FaultyFiles, faults } from "./faulty_files.ts";
import { temporaryFolder } from "./temporary_folder.ts";

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

Deno.test("writeAtomically() does all its steps in the order that survives a power cut", () => {
  using folder = temporaryFolder();
  const files = new FaultyFiles("EIO");
  writeAtomically(files, `${folder.path}/file`, "x");
  assertEquals(files.operations, ["open", "write", "sync", "rename", "syncFolder"]);
});

Deno.test("writeAtomically() reports a really full file system and keeps the old content", {
  ignore: Deno.build.os !== "linux",
}, () => {
  const full = new FaultyFiles("EIO");
  full.open = () => {
    const file = Deno.openSync("/dev/full", { write: true });
    return {
      write: (bytes) => file.writeSync(bytes),
      sync: () => file.syncSync(),
      truncate() {},
      close: () => file.close(),
    };
  };
  using folder = temporaryFolder();
  const path = `${folder.path}/file`;
  Deno.writeTextFileSync(path, "old");
  assertThrows(() => writeAtomically(full, path, "new"), Error, "No space left");
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
