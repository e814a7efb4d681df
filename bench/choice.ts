import { UsageError } from "../src/errors.ts";
import { guessOf } from "../src/settings/mod.ts";

/** The words of a flag such as `--runs train,infer`, each one of `all`. */
export function listOf<T extends string>(name: string, text: string, all: readonly T[]): T[] {
  return text.split(",").map((word) => {
    const found = all.find((one) => one === word);
    if (found === undefined) {
      throw new UsageError(`--${name} does not know ${JSON.stringify(word)}${guessOf(word, all)}`);
    }
    return found;
  });
}

/** The numbers of a flag such as `--batches 32,256`. */
export function numbersOf(name: string, text: string): number[] {
  const numbers = text.split(",").map(Number);
  if (!numbers.every((value) => value > 0)) {
    throw new UsageError(`--${name} needs numbers above 0, not ${text}`);
  }
  return numbers;
}

/** The values whose names begin as one of the flag's words does; all of them without a flag. */
export function beginning<T extends { readonly name: string }>(
  text: string | undefined,
  all: readonly T[],
): T[] {
  const prefixes = text?.split(",") ?? [""];
  return all.filter(({ name }) => prefixes.some((start) => name.startsWith(start)));
}
