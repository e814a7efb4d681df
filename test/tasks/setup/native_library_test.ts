import { assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { libraryPath, sourcesDigest } from "../../../tasks/setup/native_library.ts";
import { Project } from "./project.ts";

const setUp = ["run", "-q", "-A", "tasks/setup.ts"];
const build = ["run", "-q", "-A", "tasks/build.ts"];
const plain =
  "build --release --locked --manifest-path=native/Cargo.toml --target-dir=native/target";

/** A test that runs shell scripts in cargo's place. */
const testWithCargo = (name: string, run: (project: Project) => Promise<void>) =>
  Deno.test({
    name: `${name} (needs a Unix shell)`,
    ignore: Deno.build.os === "windows",
    fn: async () => {
      using project = new Project();
      project.cargo();
      project.program("cc", "echo cc 1.0");
      await run(project);
    },
  });

const succeed = async (project: Project, args: string[]) => {
  const { code, stderr } = await project.deno(args);
  assertEquals(code, 0, stderr);
};

testWithCargo("set-up builds the library once", async (project) => {
  await succeed(project, setUp);
  await succeed(project, setUp);
  assertEquals(project.builds, [plain]);
});

testWithCargo("set-up builds again when a source, the manifest or the lock file changes", async (
  project,
) => {
  await succeed(project, setUp);
  const changes = ["native/src/ops/add.rs", "native/Cargo.toml", "native/Cargo.lock"];
  for (const [changed, name] of changes.entries()) {
    project.write(name, project.read(name) + "\n");
    await succeed(project, setUp);
    assertEquals(project.builds.length, changed + 2, name);
  }
  project.write("native/src/ops/mul.rs", "");
  await succeed(project, setUp);
  assertEquals(project.builds.length, 5);
});

testWithCargo(
  "set-up builds again when the library is gone or is another file",
  async (project) => {
    await succeed(project, setUp);
    Deno.removeSync(libraryPath(project.root));
    await succeed(project, setUp);
    assertEquals(project.builds.length, 2);
    Deno.writeTextFileSync(libraryPath(project.root), "something else");
    await succeed(project, setUp);
    assertEquals(project.builds.length, 3);
  },
);

testWithCargo(
  "build makes the library anew when one byte of it changed and its size and time did not",
  async (project) => {
    await succeed(project, build);
    const path = libraryPath(project.root);
    const before = Deno.readTextFileSync(path);
    const { mtime } = Deno.statSync(path);
    Deno.writeTextFileSync(path, `B${before.slice(1)}`);
    Deno.utimeSync(path, mtime ?? 0, mtime ?? 0);
    project.cargo({ build: `[ ! -e "${path}" ] || exit 1` });
    await succeed(project, build);
    assertEquals(Deno.readTextFileSync(path), before);
    assertEquals(project.builds, [plain, plain]);
  },
);

testWithCargo("a build's features stay until the next build", async (project) => {
  await succeed(project, [...build, "--features", "cuda"]);
  await succeed(project, setUp);
  assertEquals(project.builds, [`${plain} --features=cuda`]);
  await succeed(project, build);
  await succeed(project, setUp);
  assertEquals(project.builds.slice(1), [plain]);
});

testWithCargo("two set-ups at the same time build once and both succeed", async (project) => {
  project.cargo({ build: "sleep 0.5" });
  const [first, second] = await Promise.all([project.deno(setUp), project.deno(setUp)]);
  assertEquals([first.code, second.code], [0, 0]);
  assertEquals(project.builds.length, 1);
  assertStringIncludes(first.stderr + second.stderr, "Another process is setting wick up");
});

testWithCargo("a build that fails exits with 1 and is tried again", async (project) => {
  project.cargo({ build: "exit 101" });
  for (const attempts of [1, 2]) {
    const { code, stderr } = await project.deno(setUp);
    assertEquals(code, 1);
    assertStringIncludes(stderr, "error: Cargo could not build the native library (exit code 101)");
    assertEquals(project.builds.length, attempts);
  }
});

testWithCargo("set-up records the SHA-256 of the library that it built", async (project) => {
  await succeed(project, setUp);
  const library = await Deno.readFile(libraryPath(project.root));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", library)).toHex();
  assertEquals(JSON.parse(project.read(".wick/library.json")).sha256, digest);
});

testWithCargo("build refuses a flag that it does not know with exit code 2", async (project) => {
  const { code, stderr } = await project.deno([...build, "--feature", "cuda"]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, "error: Unknown option '--feature'");
  assertEquals(project.builds, []);
});

Deno.test("sourcesDigest() covers names, contents and folders, and nothing that cargo makes", () => {
  using project = new Project();
  const before = sourcesDigest(project.root);
  project.write("native/target/release/libwick.so", "built");
  assertEquals(sourcesDigest(project.root), before);
  const text = project.read("native/src/ops/add.rs");
  Deno.renameSync(
    join(project.root, "native/src/ops/add.rs"),
    join(project.root, "native/src/ops/plus.rs"),
  );
  assertNotEquals(sourcesDigest(project.root), before);
  project.write("native/src/ops/add.rs", text);
  Deno.removeSync(join(project.root, "native/src/ops/plus.rs"));
  assertEquals(sourcesDigest(project.root), before);
});
