import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { importMap } from "../../../tasks/setup/import_map.ts";
import { probeTimeout, reachesJsr } from "../../../tasks/setup/std.ts";
import { JsrStub } from "./jsr_stub.ts";
import { declared, Project } from "./project.ts";

/** Accepts connections and never answers, as a firewall makes it look. */
class SilentServer implements Disposable {
  #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly url = `http://127.0.0.1:${this.#listener.addr.port}/`;

  [Symbol.dispose](): void {
    this.#listener.close();
  }
}

const prepare = (project: Project, env: Record<string, string> = {}) =>
  project.deno([
    "eval",
    'import { prepareImportMap } from "./tasks/setup/std.ts"; await prepareImportMap(".");',
  ], { env });

const writtenImports = (project: Project) =>
  JSON.parse(project.read(".wick/import_map.json")).imports;

Deno.test("reachesJsr() is true where JSR answers, and false for a refusal or an error", async () => {
  await using stub = new JsrStub();
  assertEquals(await reachesJsr(stub.url), true);
  assertEquals(await reachesJsr(`${stub.url}elsewhere/`), false);
  assertEquals(await reachesJsr("http://127.0.0.1:1/"), false);
});

Deno.test("reachesJsr() gives up on silence when its time is over", async () => {
  using silent = new SilentServer();
  const start = performance.now();
  assertEquals(await reachesJsr(silent.url, 100), false);
  const waited = performance.now() - start;
  assertEquals(waited >= 90 && waited < 1000, true, `waited ${waited} ms`);
  assertEquals(probeTimeout < 3000, true);
});

Deno.test("a machine that reaches JSR runs a test with @std from there", async () => {
  await using stub = new JsrStub();
  using project = new Project();
  const env = { JSR_URL: stub.url, DENO_DIR: join(project.root, "cache") };
  const { code, stderr } = await prepare(project, env);
  assertEquals(code, 0, stderr);
  assertStringIncludes(stderr, "@std comes from JSR.");
  assertEquals(writtenImports(project)["@std/assert"], declared().imports["@std/assert"]);

  project.write(
    "sum_test.ts",
    `import { assertEquals, assertThrows } from "@std/assert";
    import { parseArgs } from "@std/cli/parse-args";
    Deno.test("flags", () => {
      assertEquals(parseArgs(["--epochs=3"]), { _: [], epochs: 3 });
      assertThrows(() => assertEquals(1, 2));
    });`,
  );
  const test = await project.deno(
    ["test", "--no-check", "--no-lock", "--import-map=.wick/import_map.json", "sum_test.ts"],
    { env },
  );
  assertEquals(test.code, 0, test.stdout + test.stderr);
  assertStringIncludes(test.stdout, "1 passed");
  assertEquals(stub.requests.some((path) => path.endsWith("/assert/equals.js")), true);
});

Deno.test("what was found out about JSR is remembered, with no further request", async () => {
  await using stub = new JsrStub();
  using project = new Project();
  const env = { JSR_URL: stub.url, DENO_DIR: join(project.root, "cache") };
  await prepare(project, env);
  const asked = stub.requests.length;
  const { code, stderr } = await prepare(project, env);
  assertEquals([code, stderr], [0, ""]);
  assertEquals(stub.requests.length, asked);
});

Deno.test("a machine that does not reach JSR takes @std from npm and says so", async () => {
  using project = new Project();
  const { code, stderr } = await prepare(project);
  assertEquals(code, 0, stderr);
  assertStringIncludes(stderr, "JSR is out of reach: @std comes from npm.");
  assertEquals(writtenImports(project)["@std/assert"], "npm:deno-std@1.4.0/assert/mod.js");
});

Deno.test("a JSR that answers but does not deliver is left for npm", async () => {
  using project = new Project();
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    ({ url }) =>
      url.endsWith("/meta.json") ? Response.json({}) : new Response("broken", { status: 500 }),
  );
  const env = { JSR_URL: `http://127.0.0.1:${server.addr.port}/` };
  const { code, stderr } = await prepare(project, env);
  assertEquals(code, 0, stderr);
  assertStringIncludes(stderr, "@std comes from npm.");
});

Deno.test("a machine that reaches neither JSR nor npm is told so in one sentence", async () => {
  using project = new Project();
  const { code, stderr } = await project.deno(["run", "-q", "-A", "tasks/setup.ts"], {
    env: { DENO_DIR: join(project.root, "cache"), NPM_CONFIG_REGISTRY: "http://127.0.0.1:1/" },
  });
  assertEquals(code, 1);
  assertStringIncludes(stderr, "error: Deno's standard library (@std) could be loaded neither");
  assertEquals(stderr.trim().split("\n").length, 1, stderr);
});

Deno.test("a name that is new in deno.json is in the import map at the next start", async () => {
  using project = new Project();
  await prepare(project);
  const imports = { ...JSON.parse(project.read("deno.json")).imports, added: "npm:added@1" };
  project.write("deno.json", JSON.stringify({ imports }));
  await prepare(project);
  assertEquals(writtenImports(project), importMap(imports, "npm").imports);
});
