/** Where `@std` comes from: JSR, or the copy of it on npm for machines that do not reach JSR. */
export type StdSource = "jsr" | "npm";

/** What deno.json declares: bare names and the specifiers they stand for. */
export type Imports = Readonly<Record<string, string>>;

/** The name under which deno.json declares the npm copy of `@std`. */
export const npmCopy = "deno-std";

/**
 * The import map that tasks and tests run with.
 *
 * `--import-map` replaces the imports of deno.json, so every name of deno.json is in it; only the
 * `@std` ones differ by source. The npm copy keeps std's folders and writes `-` as `_`.
 */
export function importMap(imports: Imports, source: StdSource): { imports: Imports } {
  if (source === "jsr") return { imports };
  return {
    imports: Object.fromEntries(
      Object.entries(imports).map(([name, specifier]) => [
        name,
        isStd(name) ? npmSpecifier(name, imports[npmCopy]) : specifier,
      ]),
    ),
  };
}

/** The specifiers that stand for `@std` in an import map. */
export function stdSpecifiers(map: { imports: Imports }): string[] {
  return Object.entries(map.imports).filter(([name]) => isStd(name)).map(([, to]) => to);
}

const isStd = (name: string) => name.startsWith("@std/");

function npmSpecifier(name: string, copy: string): string {
  const [, folder, file = "mod"] = name.split("/");
  return `${copy}/${folder}/${file.replaceAll("-", "_")}.js`;
}
