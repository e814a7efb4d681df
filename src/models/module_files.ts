import { createHash } from "node:crypto";
import { dirname, relative, resolve } from "node:path";
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
  const text = withoutComments(new TextDecoder().decode(bytes));
  for (const [, quoted, target] of text.matchAll(imports)) {
    if (quoted === undefined) {
      throw new UserError(`${shown} imports a computed path, which a run cannot keep a copy of`);
    }
    if (/^(https?|file|data|blob):|^\//.test(target)) {
      throw new UserError(
        `${shown} imports "${target}", which a run cannot keep a copy of: use a relative path`,
      );
    }
    if (!/^\.\.?\//.test(target)) continue; // a package
    const next = resolve(dirname(file), target);
    collect(next, next, found);
  }
}

/** Import and export statements and calls of `import`, with what they name if it is a plain text. */
const imports =
  /(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s*)(?:(["'`])([^"'`$\n]+)\1|(?<=\(\s*)(?=[^\s"')]))/g;

/** The text without its comments. Texts in quotes are passed over, as they may look like comments. */
function withoutComments(text: string): string {
  return text.replace(
    /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\[^]|[^`\\])*`)|\/\/[^\n]*|\/\*[^]*?\*\//g,
    (_, quoted = "") => quoted,
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
