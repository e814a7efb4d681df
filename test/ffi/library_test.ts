import { assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { program } from "../../src/program.ts";
import { libraryInformation } from "../../src/ffi/mod.ts";
import { libraryPath } from "../../src/ffi/place.ts";
import { temporaryFolder } from "../temporary_folder.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Calls a copy of `src/ffi` that lies beside this library and this record of its build. */
async function load(
  library: Uint8Array<ArrayBuffer> | undefined,
  record: string | undefined,
  env: Record<string, string> = {},
) {
  using folder = temporaryFolder();
  const write = (path: string, content: Uint8Array | string) => {
    const whole = `${folder.path}/${path}`;
    Deno.mkdirSync(whole.slice(0, whole.lastIndexOf("/")), { recursive: true });
    Deno.writeFileSync(whole, typeof content === "string" ? encoder.encode(content) : content);
  };
  const encoder = new TextEncoder();
  for (const { name } of Deno.readDirSync(`${root}src/ffi`)) {
    write(`src/ffi/${name}`, Deno.readFileSync(`${root}src/ffi/${name}`));
  }
  write("main.ts", `import { native } from "./src/ffi/library.ts";\nnative.wick_configure(1);`);
  write("src/program.ts", Deno.readFileSync(`${root}src/program.ts`));
  const name = libraryPath().slice(libraryPath().lastIndexOf("/") + 1);
  if (library) write(`native/target/release/${name}`, library);
  if (record !== undefined) write(".wick/library.json", record);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-A", "--no-lock", "--no-check", "main.ts"],
    cwd: folder.path,
    env: { NO_COLOR: "1", ...env },
  }).output();
  return { code, said: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

const library = Deno.readFileSync(libraryPath());
const record = JSON.stringify({ sha256: libraryInformation().sha256 });

Deno.test("the library that was built here is loaded", async () => {
  assertEquals(await load(library, record), { code: 0, said: "" });
});

Deno.test("a library with one bit changed is refused before any of it runs", async () => {
  const changed = library.slice();
  changed[changed.length >> 1] ^= 1;
  const { code, said } = await load(changed, record);
  assertEquals(code, 1);
  assertStringIncludes(said, "is not the file that was built here: its SHA-256 is ");
});

Deno.test("a library that is no library is refused by its SHA-256 and not by the system", async () => {
  const { said } = await load(new Uint8Array(100), record);
  assertStringIncludes(said, "is not the file that was built here");
});

Deno.test({
  name: "a pipe in the library's place is refused and not waited for (needs mkfifo)",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    using folder = temporaryFolder();
    const path = `${folder.path}/libwick.so`;
    new Deno.Command("mkfifo", { args: [path] }).outputSync();
    const { code, said } = await load(undefined, undefined, { WICK_LIBRARY: path });
    assertEquals(code, 1);
    assertStringIncludes(said, `cannot be loaded from ${path}: it is not a regular file`);
  },
});

Deno.test("a missing library, and one of which no build tells, are clear errors", async () => {
  assertStringIncludes(
    (await load(undefined, record)).said,
    "The native library cannot be loaded from ",
  );
  for (const damaged of [undefined, "", "{"]) {
    const { said } = await load(library, damaged);
    assertStringIncludes(said, "The native library's SHA-256 cannot be read");
    assertStringIncludes(said, `run "${program} build"`);
  }
});
