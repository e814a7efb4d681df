import project from "../../deno.json" with { type: "json" };
import { commands } from "../wick/commands.ts";

type PermissionSet = Readonly<Record<string, boolean | readonly string[]>>;

/** The permissions of all commands as flags, with `ffi` for the one library and without programs to run. */
export function permissionFlags(ffi: string): string[] {
  const sets: Readonly<Record<string, PermissionSet>> = project.permissions;
  const used = new Set([...commands.values()].map(({ permissions }) => permissions));
  const flags = union([...used].map((name) => sets[name]));
  return [...flags.filter((flag) => !/^--allow-(ffi|run)\b/.test(flag)), ffi];
}

/** What any of the sets allows: `["--allow-read", "--allow-env=A,B"]`. */
export function union(sets: readonly PermissionSet[]): string[] {
  const names = [...new Set(sets.flatMap((set) => Object.keys(set)))];
  return names.flatMap((name) => {
    const values = sets.map((set) => set[name] ?? false);
    if (values.includes(true)) return [`--allow-${name}`];
    const listed = [...new Set(values.flatMap((value) => Array.isArray(value) ? value : []))];
    return listed.length > 0 ? [`--allow-${name}=${listed.join()}`] : [];
  });
}
