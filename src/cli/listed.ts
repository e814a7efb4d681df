import { UsageError } from "../errors.ts";

/** The most values of a list. */
export const mostListed = 10_000;

/**
 * The values of a list: `0.1,0.01` has two, `1..3` three, `0,5..7` four. Throws a UsageError that begins
 * with `name`, such as `--seed`, where a range counts downwards or has too many values.
 */
export function listed(name: string, text: string): string[] {
  return text.split(",").flatMap((value) => {
    const [, first, last] = /^(\d{1,10})\.\.(\d{1,10})$/.exec(value) ?? [];
    if (first === undefined) return [value];
    const count = Number(last) - Number(first) + 1;
    if (count < 1 || count > mostListed) {
      throw new UsageError(
        `${name} ${value} must count upwards, over ${mostListed} values at most`,
      );
    }
    return Array.from({ length: count }, (_, i) => `${Number(first) + i}`);
  });
}
