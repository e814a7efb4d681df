import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** Starts a module of this folder with the permissions of a training task. */
export function start(module: string, ...args: string[]): Deno.ChildProcess {
  return startWith("-P=train", module, ...args);
}

/** Starts a module of this folder with these permissions. */
export function startWith(
  permissions: string,
  module: string,
  ...args: string[]
): Deno.ChildProcess {
  const path = fileURLToPath(new URL(module, import.meta.url));
  const flags = ["run", "-q", permissions, "--import-map=.wick/import_map.json"];
  return new Deno.Command(Deno.execPath(), {
    args: [...flags, path, ...args],
    cwd: root,
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
