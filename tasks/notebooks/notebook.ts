import { UserError } from "../../src/errors.ts";

/** A text of a notebook's file: whole, or in lines that keep their ends. */
type Text = string | readonly string[];

/** What a cell showed (nbformat 4). */
export interface Output {
  readonly output_type: "stream" | "display_data" | "execute_result" | "error";
  /** Of a stream: `stdout` or `stderr`, and what was written. */
  readonly name?: string;
  readonly text?: Text;
  /** What was shown, by media type. */
  readonly data?: Readonly<Record<string, Text>>;
}

/** A cell of a notebook (nbformat 4). */
export interface Cell {
  readonly cell_type: "code" | "markdown" | "raw";
  readonly source: Text;
  readonly metadata: { readonly tags?: readonly string[] };
  readonly outputs?: readonly Output[];
}

/** A Jupyter notebook, as far as it matters here. */
export interface Notebook {
  readonly cells: readonly Cell[];
}

/** The whole of a text. */
export const whole = (text: Text): string => typeof text === "string" ? text : text.join("");

/** The cells that run, in their order. */
export const codeCells = ({ cells }: Notebook): Cell[] =>
  cells.filter(({ cell_type }) => cell_type === "code");

/** Values of the `parameters` cell with which a notebook runs in seconds, wherever it is. */
const shortParameters: Readonly<Record<string, string>> = {
  source: '"synthetic"',
  trainSize: "500",
  epochs: "2",
};

/**
 * The notebook with small parameters: in its one cell tagged `parameters`, every `const NAME = ...;`
 * has the short value. Throws a UserError where there is no such cell or its names are not known.
 */
export function shortened(notebook: Notebook, name: string): Notebook {
  const isParameters = ({ metadata }: Cell) => metadata.tags?.includes("parameters") ?? false;
  if (notebook.cells.filter(isParameters).length !== 1) {
    throw new UserError(`${name} needs one cell that is tagged "parameters"`);
  }
  const cells = notebook.cells.map((cell) => {
    if (!isParameters(cell)) return cell;
    const source = whole(cell.source).replace(
      /^const (\w+)(: [^=]+)? = .*;/gm,
      (line, parameter, type = "") => {
        const value = shortParameters[parameter];
        return value === undefined ? line : `const ${parameter}${type} = ${value};`;
      },
    );
    return { ...cell, source };
  });
  return { ...notebook, cells };
}

/**
 * The code of a notebook as one module, for the type checker. It lies elsewhere than the notebook,
 * so imports from `../` are given the address of the notebook's parent folder.
 */
export function asModule(notebook: Notebook, parent: URL): string {
  return codeCells(notebook).map((cell, i) =>
    `// code cell ${i + 1}\n${whole(cell.source).replaceAll('from "../', `from "${parent.href}`)}\n`
  ).join("\n");
}
