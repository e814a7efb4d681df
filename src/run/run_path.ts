/** A run's path without the slashes that a shell's completion leaves at its end. */
export function runPath(path: string): string {
  return path.replace(/(?<=.)\/+$/, "");
}

/** Whether a path leads to a folder, such as a run's, and not to a file or to nothing. */
export function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
