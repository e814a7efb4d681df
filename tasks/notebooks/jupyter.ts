import { isAbsolute, join, resolve } from "node:path";
import { UserError } from "../../src/errors.ts";
import { replaceFile } from "../setup/state.ts";

/** Where Jupyter, its kernel and executed notebooks are kept. */
export const workFolder = (root: string): string => join(root, ".wick/notebooks");

/**
 * Executes a notebook's file in Jupyter, with this Deno as its kernel, as if it lay in `notebooks/`.
 * Returns whether every cell ran; a failed one is shown on standard error. Throws a UserError where
 * there is no Python.
 */
export async function execute(root: string, input: string, output: string): Promise<boolean> {
  const work = workFolder(root);
  const kernel = {
    argv: [Deno.execPath(), "jupyter", "--kernel", "--conn", "{connection_file}"],
    display_name: "Deno",
    language: "typescript",
  };
  replaceFile(join(work, "jupyter/kernels/deno/kernel.json"), JSON.stringify(kernel));
  const data = Deno.env.get("FASHION_MNIST_DIR");
  const script = join(root, "tasks/notebooks/execute.py");
  const command = new Deno.Command("python3", {
    args: [script, join(work, "python"), input, output, join(root, "notebooks")],
    env: {
      JUPYTER_PATH: join(work, "jupyter"),
      NO_COLOR: "1",
      PYTHONWARNINGS: "ignore",
      // Cells run in another folder than the one that a relative path was meant for.
      ...(data && !isAbsolute(data) && { FASHION_MNIST_DIR: resolve(root, data) }),
    },
    stdin: "null",
  });
  try {
    return (await command.spawn().status).success;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new UserError(
      "python3 was not found: notebooks are executed by Jupyter, which needs Python 3.10 or newer",
    );
  }
}
