import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { selfContained } from "./program.ts";

/** The repository, where its user stands elsewhere in it. */
let left: string | undefined;

/**
 * The folder of the repository from which the user called `deno task`; undefined where that is its
 * root. Deno runs tasks where deno.json lies, and says in INIT_CWD where it was called, unless a
 * process above it said so for itself: a folder outside of the repository does not count.
 */
function userFolder(): string | undefined {
  if (selfContained) return undefined;
  const root = fileURLToPath(new URL("../", import.meta.url));
  const folder = resolve(Deno.env.get("INIT_CWD") || ".");
  return resolve(root) === Deno.cwd() && folder.startsWith(root) ? folder : undefined;
}

/** Goes where the user stands, so that paths are taken and printed as the user sees them. */
export function standWithUser(): void {
  const folder = userFolder();
  if (folder === undefined) return;
  left = Deno.cwd();
  Deno.chdir(folder);
}

/** A path as the user sees it, for a command that stays in the root of the repository. */
export const fromUser = (path: string): string => {
  const folder = userFolder();
  return folder === undefined ? path : resolve(folder, path);
};

/** A folder that wick keeps in the repository unless it is told otherwise, such as `runs`. */
export const ownFolder = (name: string): string =>
  left === undefined ? name : relative(Deno.cwd(), join(left, name));
