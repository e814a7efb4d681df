import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Starts a module of this folder with the permissions of a training task. */
export function start(module: string, ...args: string[]): Deno.ChildProcess {
  return startWith({}, module, ...args);
}

/** As {@linkcode start}, with other permissions and more in its environment. */
export function startWith(
  { permissions = "-P=train", env = {} }: { permissions?: string; env?: Record<string, string> },
  module: string,
  ...args: string[]
): Deno.ChildProcess {
  const path = fileURLToPath(new URL(module, import.meta.url));
  const flags = ["run", "-q", permissions, "--import-map=.wick/import_map.json"];
  return new Deno.Command(Deno.execPath(), {
    args: [...flags, path, ...args],
    cwd: root,
    env,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Reads a process's standard output line by line. */
export async function* lines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
}

/** Waits for a number of milliseconds. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
