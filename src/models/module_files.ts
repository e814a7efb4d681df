import { createHash } from "node:crypto";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../errors.ts";
import { readFile } from "../storage/mod.ts";

/** The files of a module by their names within `folder`, the module itself first. */
export interface ModuleFiles extends ReadonlyMap<string, Uint8Array<ArrayBuffer>> {
  /** The folder, as an absolute path. */
  readonly folder: string;
}

/** The largest file of a module, in bytes. */
const sizeLimit = 4 * 1024 * 1024;
/** The most files that a module may consist of. */
const countLimit = 1000;

/**
 * A module and the local modules that it imports, found by their import statements. Throws a
 * UserError for an import that a copy of the files would not follow.
 */
export function moduleFiles(path: string): ModuleFiles {
  const found = new Map<string, Uint8Array<ArrayBuffer>>();
  collect(resolve(path), path, found);
  if (found.size === 0) throw new UserError(`There is no module ${path}`);
  let folder = dirname(resolve(path));
  while (![...found.keys()].every((file) => file.startsWith(ending(folder)))) {
    folder = dirname(folder);
  }
  const files = [...found].map(([file, bytes]) => [relative(folder, file), bytes] as const);
  return Object.assign(new Map(files), { folder });
}

const ending = (folder: string) => folder.endsWith("/") ? folder : `${folder}/`;

function collect(file: string, shown: string, found: Map<string, Uint8Array<ArrayBuffer>>): void {
  if (found.has(file)) return;
  const bytes = readFile(file, { limit: sizeLimit });
  if (bytes === undefined) return; // what is missing says so when it is imported
  if (found.size === countLimit) throw new UserError(`${shown} imports over ${countLimit} modules`);
  found.set(file, bytes);
  if (!/\.[cm]?[jt]sx?$/.test(file)) return; // a text or JSON imports nothing, whatever it says
  const text = withoutComments(new TextDecoder().decode(bytes));
  for (const { 0: statement, 2: target, index } of text.matchAll(imports)) {
    const refuse = (what: string): never => {
      const quoted = target === undefined ? 0 : target.length + 2;
      const lines = text.slice(0, index + statement.length - quoted).split("\n");
      const place = `${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`;
      throw new UserError(`${shown}:${place} imports ${what}`);
    };
    if (target === undefined) refuse("a computed path, which a run cannot keep a copy of");
    if (/^(https?|file|data|blob|npm|jsr|node):|^\//.test(target)) {
      refuse(`"${target}", which a run cannot keep a copy of: ${importable}`);
    }
    if (!/^\.\.?\//.test(target)) continue; // a package
    const next = resolve(dirname(file), target);
    if (next.startsWith(wickFolder)) {
      refuse(`"${target}", a file of wick's own: import { ... } from "@wick/wick" has all of them`);
    }
    collect(next, next, found);
  }
}

/** What a module can import. */
export const importable =
  'a model\'s module imports "@wick/wick", "zod" and files of its own by relative paths';

/** Wick's modules, where they lie on this machine. */
const wickFolder = import.meta.url.startsWith("file:")
  ? fileURLToPath(new URL("../", import.meta.url))
  : "\0"; // no path begins so

/** Import and export statements and calls of `import`, with what they name if it is a plain text. */
const imports =
  /(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s*)(?:(["'`])([^"'`$\n]+)\1|(?<=\(\s*)(?=[^\s"')]))/g;

/** The text with spaces for its comments. Texts in quotes are passed over, as they may look like comments. */
function withoutComments(text: string): string {
  return text.replace(
    /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\[^]|[^`\\])*`)|\/\/[^\n]*|\/\*[^]*?\*\//g,
    (all, quoted) => quoted ?? all.replace(/[^\n]/g, " "),
  );
}

/** SHA-256 of each file, in hexadecimal digits. */
export function digestsOf(files: ModuleFiles): Record<string, string> {
  return Object.fromEntries(
    [...files].map(([name, bytes]) => [name, createHash("sha256").update(bytes).digest("hex")]),
  );
}

/** SHA-256 of a module and of the local modules that it imports, by their names. */
export const moduleDigests = (path: string): Record<string, string> => digestsOf(moduleFiles(path));
