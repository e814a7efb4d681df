import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { UsageError } from "../../src/errors.ts";
import { replaceFile } from "../setup/state.ts";
import { execute, workFolder } from "./jupyter.ts";
import { asModule, type Notebook, shortened } from "./notebook.ts";
import { problems } from "./outputs.ts";

/** The notebooks that were asked for, or all; throws a UsageError for one that is not there. */
export function notebookNames(root: string, asked: readonly string[]): string[] {
  const known = [...Deno.readDirSync(join(root, "notebooks"))].map(({ name }) => name)
    .filter((name) => name.endsWith(".ipynb")).map((name) => name.slice(0, -".ipynb".length))
    .toSorted();
  const unknown = asked.find((name) => !known.includes(name));
  if (unknown === undefined) return asked.length > 0 ? [...asked] : known;
  throw new UsageError(`There is no notebook ${unknown}: there are ${known.join(", ")}`);
}

/** Checks the types of the notebooks' code, which the kernel does not; its findings are printed. */
export async function checkTypes(root: string, names: readonly string[]): Promise<boolean> {
  const parent = pathToFileURL(`${root}/`);
  const modules = names.map((name) => {
    const path = join(workFolder(root), `${name}.ts`);
    replaceFile(path, asModule(read(notebookPath(root, name)), parent));
    return path;
  });
  const { success } = await new Deno.Command("deno", {
    // Without the config, which keeps deno out of .wick, the lock file has to be named.
    args: ["check", "-q", "--no-config", "--lock=deno.lock", "--frozen", importMap, ...modules],
    cwd: root,
    stdin: "null",
  }).spawn().status;
  return success;
}

/**
 * Executes a notebook and prints what is wrong with it, if anything. With `write` the committed file
 * gets the new outputs, if nothing is.
 */
export async function runNotebook(
  root: string,
  name: string,
  { short, write }: { readonly short?: boolean; readonly write?: boolean },
): Promise<boolean> {
  const path = notebookPath(root, name);
  const committed = read(path);
  const [input, output] = ["in", "out"].map((part) =>
    join(workFolder(root), `${name}.${part}.ipynb`)
  );
  replaceFile(input, JSON.stringify(short ? shortened(committed, name) : committed));
  if (!await execute(root, input, output)) return false;
  const found = problems(
    committed,
    read(output),
    write ? "any" : short ? "same kinds" : "same",
  );
  for (const problem of found) console.log(problem);
  if (write && found.length === 0) replaceFile(path, Deno.readTextFileSync(output));
  return found.length === 0;
}

const importMap = "--import-map=.wick/import_map.json";
const notebookPath = (root: string, name: string) => join(root, `notebooks/${name}.ipynb`);
const read = (path: string): Notebook => JSON.parse(Deno.readTextFileSync(path));
