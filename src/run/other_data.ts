import { UserError } from "../errors.ts";

/** Throws a UserError where data are not those that `what`, a run or its results, was made with. */
export function refuseOtherData(
  what: string,
  recorded: Readonly<Record<string, string>>,
  digests: Readonly<Record<string, string>>,
): void {
  const other = Object.entries(digests).find(([name, digest]) => recorded[name] !== digest);
  if (other === undefined) return;
  throw new UserError(`${what} was made with other data: the SHA-256 of ${other[0]} differs`);
}
