import { UsageError } from "../errors.ts";
import { configSchema } from "../config/mod.ts";
import { flagName, listed, mostListed } from "../cli/mod.ts";

/**
 * The command lines of a sweep: one for each combination of the values that the flags of a config
 * are given, as in `--lr 0.1,0.01 --seed 1..3`. The last flag changes fastest. `alias` spells
 * flags in other ways, `{ b: "batch-size" }`; `own` are keys of settings beside those of a config.
 */
export function expand(
  args: readonly string[],
  alias: Readonly<Record<string, string>> = {},
  own: readonly string[] = [],
): string[][] {
  const { data: _, ...decisive } = configSchema.shape;
  const settings = new Set([...Object.keys(decisive), ...own].map(flagName));
  let lines: string[][] = [[]];
  let before = "";
  for (const arg of args) {
    const [, start = "", value = arg] = /^(--?[a-z\d-]+=)(.*)$/s.exec(arg) ?? [];
    const name = (start || before).replace(/^--?|=$/g, "");
    const words = settings.has(alias[name] ?? name) && (start || !arg.startsWith("-"))
      ? listed(`--${name}`, value).map((one) => start + one)
      : [arg];
    if (lines.length * words.length > mostListed) {
      throw new UsageError(`A sweep has at most ${mostListed} runs`);
    }
    lines = lines.flatMap((line) => words.map((word) => [...line, word]));
    before = /^--?[a-z][a-z\d-]*$/.test(arg) ? arg : "";
  }
  return lines;
}
