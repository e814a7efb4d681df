import { assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { libraryPath, sourcesDigest } from "../../../tasks/setup/native_library.ts";
import { Project } from "./project.ts";

const setUp = ["run", "-q", "-A", "tasks/setup.ts"];
const build = ["run", "-q", "-A", "tasks/build.ts"];
const plain =
  "build --release --locked --manifest-path=native/Cargo.toml --target-dir=native/target " +
  "--message-format=json-render-diagnostics";

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
    assertStringIncludes(stderr, "error: Cargo could not build libwick");
    assertEquals(project.builds.length, attempts);
  }
});

testWithCargo("set-up records the SHA-256 of the library that it built", async (project) => {
  await succeed(project, setUp);
  const library = await Deno.readFile(libraryPath(project.root));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", library)).toHex();
  assertEquals(JSON.parse(project.read(".wick/library.json")).sha256, digest);
});

testWithCargo(
  "the library is the one that cargo says it wrote, wherever that is",
  async (project) => {
    await succeed(project, setUp);
    project.write("native/src/ops/add.rs", "pub fn subtract() {}\n");
    project.cargo({ target: `${Deno.build.target}/`, build: "set -- newly built" });
    await succeed(project, setUp);
    assertEquals(Deno.readTextFileSync(libraryPath(project.root)), "newly built\n");
  },
);

testWithCargo("a library for another platform is refused, and no record says it is fresh", async (
  project,
) => {
  await succeed(project, setUp);
  const record = project.read(".wick/library.json");
  project.write("native/src/ops/add.rs", "pub fn subtract() {}\n");
  project.cargo({ target: "riscv64gc-unknown-linux-gnu/" });
  const { code, stderr } = await project.deno(setUp);
  assertEquals(code, 1);
  assertMatch(
    stderr,
    /\nerror: Cargo built no libwick\.\w+ for .*, but for riscv64gc-unknown-linux-gnu: unset CARGO_BUILD_TARGET, and take build.target out of .*\n$/,
  );
  assertEquals(project.read(".wick/library.json"), record);
});

Deno.test({
  name: "cargo's own settings of targets and folders leave no stale or damaged library",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    using project = new Project();
    project.write(
      "native/Cargo.toml",
      `[package]\nname = "wick"\nedition = "2024"\n[lib]\ncrate-type = ["cdylib", "rlib"]\n[workspace]\n`,
    );
    project.write(
      "native/Cargo.lock",
      'version = 4\n\n[[package]]\nname = "wick"\nversion = "0.0.0"\n',
    );
    const built = async (mark: string, env: Record<string, string> = {}) => {
      const { code, stderr } = await project.deno(setUp, { env });
      assertEquals(code, 0, stderr);
      const path = libraryPath(project.root);
      assertStringIncludes(Deno.readFileSync(path).reduce(latin1, ""), mark);
      return path;
    };
    const builtFrom = (mark: string, env?: Record<string, string>) => {
      project.write(
        "native/src/lib.rs",
        `#[unsafe(no_mangle)] pub extern "C" fn mark() -> *const u8 { c"${mark}".as_ptr().cast() }`,
      );
      return built(mark, env);
    };
    await builtFrom("first library");
    await builtFrom("second library", { CARGO_BUILD_TARGET: Deno.build.target });
    await builtFrom("third library", { CARGO_TARGET_DIR: join(project.root, "elsewhere") });
    project.write(".cargo/config.toml", `[build]\ntarget = "${Deno.build.target}"\n`);
    await builtFrom("fourth library");
    project.write(".cargo/config.toml", '[build]\nbuild-dir = "intermediate"\n');
    const path = await builtFrom("fifth library");
    using file = await Deno.open(path, { write: true }); // in place: cargo's other links are damaged too
    await file.write(new TextEncoder().encode("damaged"));
    await built("fifth library");
    assertEquals(Deno.readFileSync(path).slice(0, 7).reduce(latin1, "").includes("damaged"), false);
  },
});

const latin1 = (text: string, byte: number) => text + String.fromCharCode(byte);

testWithCargo(
  "a copy of the checkout, whose files have other times, is current",
  async (project) => {
    await succeed(project, setUp);
    Deno.utimeSync(libraryPath(project.root), 1, 1);
    await succeed(project, setUp);
    assertEquals(project.builds, [plain]);
  },
);

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
