import { assertEquals } from "@std/assert";
import { dirname, join, relative } from "node:path";

/**
 * The folders and files of `src`, from the ground up: an entry may import those of the lines above
 * it. The picture of ARCHITECTURE.md is this order.
 */
const layers: readonly (readonly string[])[] = [
  [
    "errors.ts",
    "cargo.ts",
    "printable.ts",
    "program.ts",
    "user_folder.ts",
    "version.ts",
    "clock.ts",
    "shell_word.ts",
    "settings",
    "statistics",
    "html",
  ],
  ["cli"],
  ["ffi"],
  ["tensor"],
  ["storage"],
  ["image", "nn"],
  ["data"],
  ["models"],
  ["config"],
  ["train"],
  ["tensorboard", "picture"],
  ["run"],
  ["study", "predict", "export"],
  ["report", "experiment", "serve", "notebook"],
  ["commands"],
  ["mod.ts", "setup.ts"],
];

/** The files on the ground, which every other entry of the ground may import. */
const files = new Set([
  "errors.ts",
  "printable.ts",
  "program.ts",
  "shell_word.ts",
  "user_folder.ts",
  "version.ts",
  "clock.ts",
  "shell_word.ts",
]);

/** Commands are loaded one at a time, each from its own file. */
const withoutMod = new Set(["commands"]);

const root = dirname(import.meta.dirname!);

interface Import {
  readonly from: string;
  readonly to: string;
}

Deno.test("imports between the folders of src point downwards only", () => {
  const height = new Map(layers.flatMap((entries, i) => entries.map((entry) => [entry, i])));
  const upward = importsOf("src").filter(({ from, to }) => {
    const [importer, imported] = [entryOf(from), entryOf(to)];
    if (importer === imported || !to.startsWith("src/")) return false;
    const ground = height.get(importer) === 0 && files.has(imported);
    return !ground && !(height.get(imported)! < height.get(importer)!);
  });
  assertEquals(upward, []);
});

Deno.test("a folder of src is reached through its mod.ts", () => {
  const deep = [...importsOf("src"), ...importsOf("tasks")].filter(({ from, to }) => {
    if (!to.startsWith("src/") || to.split("/").length < 3 || !to.endsWith(".ts")) return false;
    if (from.startsWith("src/") && entryOf(from) === entryOf(to)) return false;
    return !withoutMod.has(entryOf(to)) && to !== `src/${entryOf(to)}/mod.ts`;
  });
  assertEquals(deep, []);
});

Deno.test("no files of src import each other in a circle, but the tensor and its methods' operations", () => {
  const tensor = "src/tensor/tensor.ts";
  const imports = importsOf("src");
  const methods = new Set(imports.filter(({ from }) => from === tensor).map(({ to }) => to));
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) {
    if (to !== tensor || !methods.has(from)) next.set(from, [...next.get(from) ?? [], to]);
  }
  const circles: string[][] = [];
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]) => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file]);
    if (path.includes(file) || done.has(file)) return;
    for (const other of next.get(file) ?? []) walk(other, [...path, file]);
    done.add(file);
  };
  for (const file of next.keys()) walk(file, []);
  assertEquals(circles, []);
});

Deno.test("no file of src or native/src has more than 300 lines, but generated ones", () => {
  const long = [...filesOf("src"), ...filesOf("native/src")].filter((path) => {
    const text = Deno.readTextFileSync(join(root, path));
    return text.split("\n").length > 301 && !path.endsWith("/symbols.ts");
  });
  assertEquals(long, []);
});

/** The folder below `src` that a file is in, or its own name. */
const entryOf = (path: string): string => path.split("/")[1];

/** Every import of another file, types too, as paths from the repository's root. */
function importsOf(folder: string): Import[] {
  return filesOf(folder).filter((path) => path.endsWith(".ts")).flatMap((from) => {
    const code = Deno.readTextFileSync(join(root, from)).replace(/\/\*.*?\*\//gs, "");
    const specifiers = code.matchAll(/\b(?:from|import\()\s*"(\.[^"]+)"/g);
    return [...specifiers].map(([, specifier]) => ({
      from,
      to: relative(root, join(root, dirname(from), specifier)),
    }));
  });
}

function filesOf(folder: string): string[] {
  return [...Deno.readDirSync(join(root, folder))].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    return isDirectory ? filesOf(path) : /\.(ts|rs)$/.test(name) ? [path] : [];
  });
}
