import { UsageError } from "../errors.ts";
import { configSchema } from "../config/mod.ts";
import { flagName } from "../cli/mod.ts";

/** The most runs of one sweep. */
const most = 10_000;

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
      ? valuesOf(name, value).map((one) => start + one)
      : [arg];
    if (lines.length * words.length > most) {
      throw new UsageError(`A sweep has at most ${most} runs`);
    }
    lines = lines.flatMap((line) => words.map((word) => [...line, word]));
    before = /^--?[a-z][a-z\d-]*$/.test(arg) ? arg : "";
  }
  return lines;
}

/** `0.1,0.01` are two values, `1..3` are three. */
function valuesOf(flag: string, text: string): string[] {
  return text.split(",").flatMap((value) => {
    const [, first, last] = /^(\d{1,10})\.\.(\d{1,10})$/.exec(value) ?? [];
    if (first === undefined) return [value];
    const count = Number(last) - Number(first) + 1;
    if (count < 1 || count > most) {
      throw new UsageError(`--${flag} ${value} must count upwards, over ${most} values at most`);
    }
    return Array.from({ length: count }, (_, i) => `${Number(first) + i}`);
  });
}
