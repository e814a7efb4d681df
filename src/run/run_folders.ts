/** The folders in `parent` that may be runs, by name, which begins with the time: the oldest first. */
export function runFolders(parent: string): string[] {
  try {
    const entries = [...Deno.readDirSync(parent)].filter(({ isDirectory }) => isDirectory);
    const names = entries.map(({ name }) => name).filter((name) => !name.startsWith("."));
    return names.sort().map((name) => `${parent}/${name}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
