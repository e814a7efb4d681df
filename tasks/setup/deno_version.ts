import { UserError } from "../../src/errors.ts";

/** The oldest Deno whose FFI keeps a buffer alive for the whole of a call. */
export const minimumDeno = "2.8.0";

/** Throws a UserError unless `version` is at least {@linkcode minimumDeno}. */
export function checkDeno(version: string = Deno.version.deno): void {
  if (isAtLeast(version, minimumDeno)) return;
  throw new UserError(
    `Deno ${version} is too old: wick needs Deno ${minimumDeno} or newer, so run "deno upgrade" ` +
      `or start every command with "npx -y deno@2.9.6" instead of "deno"`,
  );
}

/** Whether a dotted version is the wanted one or a newer one; a suffix such as `-nightly` is ignored. */
export function isAtLeast(version: string, wanted: string): boolean {
  const have = version.split("-")[0].split(".").map(Number);
  for (const [place, least] of wanted.split(".").map(Number).entries()) {
    const part = have[place] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}
