import { fileURLToPath } from "node:url";

/** What a command left behind. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const root = fileURLToPath(new URL("../../", import.meta.url));

const { tasks } = JSON.parse(Deno.readTextFileSync(`${root}deno.json`));

/** Runs `tasks/NAME.ts` as `deno task NAME` does, with the same permissions. */
export function runTask(name: string, ...args: string[]): Promise<Outcome> {
  return runTaskFrom(root, name, ...args);
}

/** The same, called from another folder. */
export async function runTaskFrom(
  folder: string,
  name: string,
  ...args: string[]
): Promise<Outcome> {
  const { command } = tasks[name] ?? tasks.train; // wick.ts is no task, and runs as train does
  const flags = command.split(" ").slice(1, -1); // between `deno` and the file
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...flags, `tasks/${name}.ts`, ...args],
    cwd: root,
    env: { NO_COLOR: "1", FASHION_MNIST_DIR: "", INIT_CWD: folder },
  }).output();
  const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, stdout: out, stderr: error };
}
