import { join, resolve } from "node:path";
import { readText } from "../storage/mod.ts";

const hash = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/**
 * The commit that is checked out in a folder, from the files of its own `.git` alone
 * (https://git-scm.com/docs/gitrepository-layout); undefined where it is not to be found.
 */
export function commitOf(root: string): string | undefined {
  try {
    const folder = gitFolder(root);
    const common = resolve(folder, readText(join(folder, "commondir"))?.trim() ?? ".");
    const head = readText(join(folder, "HEAD"))?.trim() ?? "";
    const name = /^ref: (refs\/[^\0]+)$/.exec(head)?.[1];
    const commit = name === undefined ? head : referenced(name, [folder, common]);
    return commit !== undefined && hash.test(commit) ? commit : undefined;
  } catch {
    return undefined; // git's files are not to be read
  }
}

/** The folder itself, or where the file `.git` of a linked worktree or a submodule points. */
function gitFolder(root: string): string {
  const path = join(root, ".git");
  if (Deno.statSync(path).isDirectory) return path;
  return resolve(root, /^gitdir: (.+)$/m.exec(readText(path) ?? "")?.[1] ?? ".git");
}

/** What a reference such as `refs/heads/main` stands for: a file of its own, or a line of packed-refs. */
function referenced(name: string, folders: readonly string[]): string | undefined {
  for (const folder of folders) {
    const loose = readText(join(folder, name))?.trim();
    if (loose !== undefined) return loose;
    const packed = (readText(join(folder, "packed-refs")) ?? "").split("\n");
    const line = packed.find((line) => line.endsWith(` ${name}`));
    if (line !== undefined) return line.slice(0, line.indexOf(" "));
  }
}
