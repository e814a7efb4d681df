import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import type { Notebook } from "../../../tasks/notebooks/notebook.ts";
import { checkTypes, runNotebook } from "../../../tasks/notebooks/run.ts";
import { ifThere } from "../../../tasks/setup/state.ts";

const project = fileURLToPath(new URL("../../../", import.meta.url)).replace(/\/$/, "");
const environment = `${project}/.wick/notebooks/python`;
const installed = ifThere(() => Deno.statSync(`${environment}/installed.txt`)) !== undefined;
const ignore = !installed;
const needs = installed ? "" : " (needs Jupyter: deno task notebooks --short installs it)";

/** A project with one notebook, of a cell of parameters and the given ones. */
class Project implements Disposable {
  readonly root = Deno.makeTempDirSync();

  constructor(...sources: readonly string[]) {
    const { root } = this;
    for (const folder of ["notebooks", ".wick/notebooks"]) {
      Deno.mkdirSync(`${root}/${folder}`, { recursive: true });
    }
    for (const path of ["deno.json", "deno.lock", "tasks", "src", ".wick/import_map.json"]) {
      Deno.symlinkSync(`${project}/${path}`, `${root}/${path}`);
    }
    Deno.symlinkSync(environment, `${root}/.wick/notebooks/python`);
    const metadata = { kernelspec: { name: "deno", display_name: "Deno", language: "typescript" } };
    const cell = (source: string, i: number) => ({
      cell_type: "code",
      id: `cell-${i}`,
      execution_count: null,
      metadata: i === 0 ? { tags: ["parameters", "silent"] } : {},
      outputs: [],
      source,
    });
    const cells = ["const epochs = 10;", ...sources].map(cell);
    Deno.writeTextFileSync(
      `${root}/notebooks/it.ipynb`,
      JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }),
    );
  }

  get notebook(): Notebook {
    return JSON.parse(Deno.readTextFileSync(`${this.root}/notebooks/it.ipynb`));
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.root, { recursive: true });
  }
}

Deno.test({
  name: `an executed notebook has every cell's output, and is written only when asked${needs}`,
  ignore,
  async fn() {
    const count = 20;
    const sources = Array.from({ length: count }, (_, i) => `console.log("said ${i}");`);
    using project = new Project(...sources, "console.log(epochs);");
    const before = project.notebook;
    assert(!await runNotebook(project.root, "it", { short: true, write: false }));
    assertEquals(project.notebook, before);
    assert(await runNotebook(project.root, "it", { short: false, write: true }));
    const texts = project.notebook.cells.slice(1).map(({ outputs }) =>
      outputs?.map(({ text }) => [text].flat().join(""))
    );
    assertEquals(texts, [...sources.map((_, i) => [`said ${i}\n`]), ["10\n"]]);
    for (const short of [true, false]) {
      assert(await runNotebook(project.root, "it", { short, write: false }));
    }
  },
});

Deno.test({
  name: `a notebook with a cell that throws fails, and is not written${needs}`,
  ignore,
  async fn() {
    using project = new Project('throw new Error("on purpose");');
    const before = project.notebook;
    assert(!await runNotebook(project.root, "it", { short: false, write: true }));
    assertEquals(project.notebook, before);
  },
});

Deno.test("checkTypes() finds what the kernel would not: a cell that breaks its types", async () => {
  const head = 'import { fashionMnist } from "../src/data/mod.ts";\n';
  using right = new Project(
    `${head}const first: string = fashionMnist.classes[0];`,
    "first.length;",
  );
  using wrong = new Project(
    `${head}const first: number = fashionMnist.classes[0];`,
    "first.length;",
  );
  assert(await checkTypes(right.root, ["it"]));
  assert(!await checkTypes(wrong.root, ["it"]));
});
