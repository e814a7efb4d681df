import { assertEquals, assertThrows } from "@std/assert";
import { UserError } from "../../../src/errors.ts";
import { asModule, type Cell, shortened } from "../../../tasks/notebooks/notebook.ts";

const code = (source: string | string[], ...tags: string[]): Cell => ({
  cell_type: "code",
  source,
  metadata: { tags },
});

Deno.test("shortened() changes the values of the parameters it knows, and nothing else", () => {
  const parameters = code(
    ['const source: DataSource = "fashion-mnist";\n', "const epochs = 10;\n", "const other = 10;"],
    "parameters",
  );
  const { cells } = shortened({ cells: [code("const epochs = 10;"), parameters] }, "it");
  assertEquals(cells.map(({ source }) => source), [
    "const epochs = 10;",
    'const source: DataSource = "synthetic";\nconst epochs = 2;\nconst other = 10;',
  ]);
});

Deno.test("shortened() wants exactly one cell of parameters", () => {
  assertThrows(() => shortened({ cells: [code("1")] }, "it"), UserError, "it needs one cell");
});

Deno.test("asModule() has the code of all cells, with imports from where the notebook lies", () => {
  const text: Cell = { cell_type: "markdown", source: "# Words", metadata: {} };
  const cells = [text, code(['import { a } from "../src/a.ts";\n', "a;"]), code("2;")];
  assertEquals(
    asModule({ cells }, new URL("file:///project/")),
    '// code cell 1\nimport { a } from "file:///project/src/a.ts";\na;\n\n// code cell 2\n2;\n',
  );
});
