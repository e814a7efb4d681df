import { createHash } from "node:crypto";
import { dirname, relative, resolve } from "node:path";
import { UserError } from "../errors.ts";
import { readFile } from "../storage/mod.ts";

/** The files of a module by their names within a folder, the module itself first. */
export type ModuleFiles = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

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
  let folder = dirname(resolve(path));
  while (![...found.keys()].every((file) => file.startsWith(ending(folder)))) {
    folder = dirname(folder);
  }
  return new Map([...found].map(([file, bytes]) => [relative(folder, file), bytes]));
}

const ending = (folder: string) => folder.endsWith("/") ? folder : `${folder}/`;

function collect(file: string, shown: string, found: Map<string, Uint8Array<ArrayBuffer>>): void {
  if (found.has(file)) return;
  const bytes = readFile(file, { limit: sizeLimit });
  if (bytes === undefined) throw new UserError(`There is no module ${shown}`);
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
    collect(next, `${target}, which ${shown} imports`, found);
  }
}

/** Import and export statements and calls of `import`, with what they name if it is a plain text. */
const imports =
  /(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s*)(?:(["'`])([^"'`$\n]+)\1|(?<=\(\s*)(?=[^\s"')]))/g;

/** The text with line and block comments blanked, where they do not stand behind a quote. */
function withoutComments(text: string): string {
  return text.replace(/^(\s*)\/\/.*$/gm, "$1").replace(/\/\*[\s\S]*?\*\//g, "");
}

/** SHA-256 of each file, in hexadecimal digits. */
export function digestsOf(files: ModuleFiles): Record<string, string> {
  return Object.fromEntries(
    [...files].map(([name, bytes]) => [name, createHash("sha256").update(bytes).digest("hex")]),
  );
}

/** SHA-256 of a module and of the local modules that it imports, by their names. */
export const moduleDigests = (path: string): Record<string, string> => digestsOf(moduleFiles(path));
