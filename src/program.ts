import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Whether this is the self-contained program `wick`, bundled into one module of that name. */
export const selfContained: boolean = import.meta.url.endsWith("/wick.js");

/** How Deno is called: npx brings it to machines that have no command `deno`. */
export const deno: string = denoCommand(Deno.execPath(), Deno.version.deno);

/** What a command's name stands behind: `wick train`, or `deno task train` in the repository. */
export const program: string = selfContained ? "wick" : `${deno} task`;

/** How this Deno is called; npx keeps what it brings in a folder `_npx`. */
export function denoCommand(path: string, version: string): string {
  return /[\\/]_npx[\\/]/.test(path) ? `npx -y deno@${version}` : "deno";
}

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

/** Where a file lies that was packed with the self-contained program. */
export const packedFile = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** The trained model packed with the self-contained program, if one is. */
export function embeddedModel(): string | undefined {
  if (!selfContained) return undefined;
  const path = packedFile("model.safetensors");
  try {
    return Deno.statSync(path).isFile ? path : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
