import { fileURLToPath } from "node:url";

/** What a command left behind. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Runs `tasks/NAME.ts` as `deno task` does, with the permissions of a training task. */
export async function runTask(name: string, ...args: string[]): Promise<Outcome> {
  const flags = ["run", "-q", "-P=train", "--import-map=.wick/import_map.json"];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...flags, `tasks/${name}.ts`, ...args],
    cwd: root,
    env: { NO_COLOR: "1", FASHION_MNIST_DIR: "" },
  }).output();
  const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, stdout: out, stderr: error };
}
