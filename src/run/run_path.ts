import { basename, join, resolve } from "node:path";

/** A run's path without the slashes that a shell's completion leaves at its end. */
export function runPath(path: string): string {
  return path.replace(/(?<=.)\/+$/, "");
}

/** A run's path that ends in the run's name, where it ended in `.` or `..`. */
export function namedPath(path: string): string {
  const isNamed = ![".", ".."].includes(basename(path));
  return isNamed ? path : join(path, "..", basename(resolve(path)));
}

/** Whether a path leads to a folder, such as a run's, and not to a file or to nothing. */
export function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
