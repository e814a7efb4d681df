import { fileURLToPath } from "node:url";

/** Whether this is the self-contained program `wick`, bundled into one module of that name. */
export const selfContained: boolean = import.meta.url.endsWith("/wick.js");

/** What a command's name stands behind: `wick train`, or `deno task train` in the repository. */
export const program: string = selfContained ? "wick" : "deno task";

/** Where a file lies that was packed with the self-contained program. */
export const packedFile = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
