/** A run's path without the slashes that a shell's completion leaves at its end. */
export function runPath(path: string): string {
  return path.replace(/(?<=.)\/+$/, "");
}
