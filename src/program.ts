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

/** Where a file lies that was packed with the self-contained program. */
export const packedFile = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** The trained model packed with the self-contained program, if one is. */
export const embeddedModel = (): string | undefined => packed("model.safetensors");

/** The module of the trained model's own, packed with the self-contained program, if one is. */
export const embeddedModule = (): string | undefined => packed("model.js");

function packed(name: string): string | undefined {
  if (!selfContained) return undefined;
  const path = packedFile(name);
  try {
    return Deno.statSync(path).isFile ? path : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
