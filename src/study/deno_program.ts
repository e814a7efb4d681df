import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository. */
export const root: string = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The arguments with which Deno runs a file of `tasks/` as `deno task train` does. */
export const programArguments = (file: string, ...more: readonly string[]): string[] => [
  ...["run", "-q", "-P=train", `--config=${root}/deno.json`],
  ...[`--import-map=${root}/.wick/import_map.json`, ...more, `${root}/tasks/${file}`],
];
