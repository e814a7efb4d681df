import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { createHash } from "node:crypto";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";
import { recipeNames } from "../../src/config/mod.ts";
import { libraryPath } from "../../src/ffi/place.ts";
import { deno as denoCommand } from "../../src/program.ts";
import { version } from "../../src/version.ts";
import { temporaryFolder } from "../temporary_folder.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Runs deno in a folder; returns its exit code and its output. */
async function deno(args: string[], cwd: string, env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd,
    env: { NO_COLOR: "1", WICK_LIBRARY: "", ...env },
    stdin: "null",
  }).output();
  const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, stdout: out, stderr: error };
}

/** The paths of what `deno publish` would publish, relative to the repository. */
async function publishedFiles(): Promise<string[]> {
  const dry = ["publish", "--dry-run", "--allow-dirty", "--no-check"];
  const { stdout, stderr } = await deno(dry, root);
  const urls = (stdout + stderr).matchAll(/^ +(file:\S+) \(/gm);
  return Array.from(urls, ([, url]) => fileURLToPath(url).slice(root.length));
}

const { exports, imports } = JSON.parse(Deno.readTextFileSync(`${root}deno.json`));

/** A file as `deno publish` uploads it: names of deno.json's imports are what they stand for. */
function published(file: string): Uint8Array<ArrayBuffer> {
  if (!file.endsWith(".ts")) return Deno.readFileSync(root + file);
  const named = /\b(from |import )"([^"./][^"]*)"/g;
  const whole = (_: string, word: string, name: string) => `${word}"${imports[name] ?? name}"`;
  return new TextEncoder().encode(Deno.readTextFileSync(root + file).replace(named, whole));
}

/** A JSR that has this package alone, made of these files. */
function registry(files: readonly string[]) {
  const manifest = Object.fromEntries(files.map((file) => {
    const bytes = published(file);
    const checksum = `sha256-${createHash("sha256").update(bytes).digest("hex")}`;
    return [`/${file}`, { size: bytes.length, checksum }];
  }));
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, ({ url }) => {
    const path = new URL(url).pathname.replace("/@wick/wick/", "");
    if (path === "meta.json") {
      const versions = { [version]: {} };
      return Response.json({ scope: "wick", name: "wick", latest: version, versions });
    }
    if (path === `${version}_meta.json`) return Response.json({ exports, manifest });
    const file = path.slice(version.length + 1);
    if (!files.includes(file)) return new Response("not found", { status: 404 });
    const type = file.endsWith(".ts") ? "text/typescript" : "application/octet-stream";
    return new Response(published(file), { headers: { "content-type": type } });
  });
}

Deno.test("the package has its modules, recipes and native sources, and nothing else", async () => {
  const files = await publishedFiles();
  for (const file of ["src/mod.ts", "src/setup.ts", "native/src/lib.rs", "native/Cargo.lock"]) {
    assertEquals(files.includes(file), true, file);
  }
  const others = files.filter((file) => !/^(src|native\/src|native\/launcher)\//.test(file));
  const around = ["CHANGELOG.md", "LICENSE", "README.md", "deno.json"];
  const cargo = ["native/Cargo.lock", "native/Cargo.toml"];
  const recipes = recipeNames.map((name) => `recipes/${name}.json`);
  assertEquals(others.sort(), [...around, ...cargo, ...recipes].sort());
});

Deno.test({
  name: "a program imports the package from a registry, and its set-up builds the library" +
    (Deno.build.os === "windows" ? " (skipped: needs a Unix shell)" : ""),
  ignore: Deno.build.os === "windows",
  fn: async () => {
    using folder = temporaryFolder();
    await using server = registry(await publishedFiles());
    const environment = {
      JSR_URL: `http://127.0.0.1:${server.addr.port}/`,
      DENO_DIR: `${folder.path}/deno`,
      PATH: [`${folder.path}/programs`, Deno.env.get("PATH")].join(delimiter),
    };
    // The npm packages that the tests themselves have, so that no network is needed.
    const { denoDir } = JSON.parse((await deno(["info", "--json"], root)).stdout);
    Deno.mkdirSync(environment.DENO_DIR);
    Deno.symlinkSync(`${denoDir}/npm`, `${environment.DENO_DIR}/npm`);
    Deno.writeTextFileSync(
      `${folder.path}/main.ts`,
      `import { Tensor } from "jsr:@wick/wick@${version}";
      console.log(Tensor.from([1, 2, 3]).sum().item());`,
    );
    const run = ["run", "-q", "--no-check", "--allow-read", "--allow-env=WICK_LIBRARY"]
      .concat("--allow-ffi=.wick/native/target/release", "main.ts");
    const before = await deno(run, folder.path, environment);
    assertEquals(before.code, 1);
    assertMatch(before.stderr, /The native library cannot be loaded from .*libwick/);
    assertStringIncludes(
      before.stderr,
      `(run "${denoCommand} run -A jsr:@wick/wick/setup", or name`,
    );

    Deno.mkdirSync(`${folder.path}/programs`);
    Deno.writeTextFileSync(
      `${folder.path}/programs/cargo`,
      `#!/bin/sh
      cat .wick/native/src/lib.rs .wick/native/launcher/Cargo.toml > /dev/null || exit 1
      mkdir -p .wick/native/target/release
      cp "${libraryPath()}" .wick/native/target/release
      name=$(basename "${libraryPath()}")
      made="$PWD/.wick/native/target/release/$name"
      echo '{"reason":"compiler-artifact","filenames":["'"$made"'"]}'`,
      { mode: 0o755 },
    );
    const setup = ["run", "-q", "-A", "--no-check", `jsr:@wick/wick@${version}/setup`];
    const built = await deno(setup, folder.path, environment);
    assertEquals([built.code, built.stderr], [0, ""]);
    assertMatch(built.stdout, /\.wick\/native\/target\/release\/libwick\.\w+ is built\n$/);
    assertEquals(await deno(run, folder.path, environment), {
      code: 0,
      stdout: "6\n",
      stderr: "",
    });
  },
});
