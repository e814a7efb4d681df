import { createHash } from "node:crypto";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { declared } from "./project.ts";

/** A JSR of this machine's own, which serves `@std` from the npm copy of it. */
export class JsrStub implements AsyncDisposable {
  readonly requests: string[] = [];
  #server: Deno.HttpServer<Deno.NetAddr>;
  #folder = npmCopyFolder();

  constructor() {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      ({ url }) => this.#answer(new URL(url).pathname),
    );
  }

  /** What `JSR_URL` has to be for Deno to come here. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/`;
  }

  #answer(path: string): Response {
    this.requests.push(path);
    const [, scope, name, file, ...rest] = path.split("/");
    const version = stdVersions().get(name);
    if (scope !== "@std" || version === undefined) return notFound();
    if (file === "meta.json") {
      return Response.json({ scope: "std", name, latest: version, versions: { [version]: {} } });
    }
    if (file === `${version}_meta.json`) return Response.json(this.#manifest(name));
    const module = rest.join("/");
    if (file !== version || !this.#modules(name).includes(module)) return notFound();
    return new Response(Deno.readFileSync(join(this.#folder, module)), {
      headers: { "content-type": "text/javascript" },
    });
  }

  /** The exports and checksums of one package; modules that it shares with others are its own here. */
  #manifest(name: string): unknown {
    const files = this.#modules(name).map((module) => {
      const bytes = Deno.readFileSync(join(this.#folder, module));
      const checksum = `sha256-${createHash("sha256").update(bytes).digest("hex")}`;
      return [`/${module}`, { size: bytes.length, checksum }];
    });
    return { exports: exportsOf(name), manifest: Object.fromEntries(files) };
  }

  #modules(name: string): string[] {
    return [name, "internal", "fmt"].flatMap((folder) =>
      [...Deno.readDirSync(join(this.#folder, folder))]
        .filter(({ isFile, name }) => isFile && name.endsWith(".js"))
        .map(({ name }) => posix.join(folder, name))
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

const notFound = () => new Response("not found", { status: 404 });

/** The `@std` packages that deno.json declares, and the least version of each. */
function stdVersions(): Map<string, string> {
  return new Map(stdSpecifiers().map(([, name, version]) => [name, version]));
}

/** The declared exports of a package, as JSR's manifests name them. */
function exportsOf(name: string): Record<string, string> {
  return Object.fromEntries(
    stdSpecifiers().filter(([, owner]) => owner === name).map(([, , , module]) =>
      module === undefined
        ? [".", `./${name}/mod.js`]
        : [`./${module}`, `./${name}/${module.replaceAll("-", "_")}.js`]
    ),
  );
}

const stdSpecifiers = () =>
  Object.values(declared().imports).flatMap((specifier) => {
    const match = specifier.match(/^jsr:@std\/([^@]+)@\^([^/]+)(?:\/(.+))?$/);
    return match ? [match] : [];
  });

const npmCopyFolder = () =>
  dirname(
    dirname(fileURLToPath(import.meta.resolve(`${declared().imports["deno-std"]}/assert/mod.js`))),
  );
