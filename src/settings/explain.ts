import type { z } from "zod";
import { guessOf } from "./nearest.ts";

/** How a sentence calls a setting: `weightDecay`, or `--weight-decay`. */
export type Spell = (key: string) => string;

/**
 * One sentence on what a schema first found wrong: `--epochs must be at least 1, not 0`. `known` are
 * the keys that there are, `texts` the numbers as they were written, which may have more digits.
 */
export function explain(
  { issues }: Pick<z.ZodError, "issues">,
  given: Readonly<Record<string, unknown>>,
  spell: Spell = (key) => key,
  known: readonly string[] = [],
  texts: Readonly<Record<string, string>> = {},
): string {
  const [{ path: [key, place], code }] = issues;
  // A whole number is held to the safe ones before its own limits: the last one is the narrowest.
  const issue = issues.findLast((other) => other.path[0] === key && other.code === code)!;
  const name = key === undefined ? "A setting" : spell(String(key));
  const whole = given[String(key)];
  const value: unknown = Array.isArray(whole) && typeof place === "number" ? whole[place] : whole;
  const shown = texts[String(key)] ?? textOf(value);
  switch (issue.code) {
    case "invalid_value": {
      const choices = issue.values.map(String);
      const guess = typeof value === "string" ? guessOf(value, choices) : "";
      return `${name} must be ${choices.join(", ")}, not ${shown}${guess}`;
    }
    case "too_small":
      return `${name} must be ${
        issue.inclusive ? "at least" : "above"
      } ${issue.minimum}, not ${shown}`;
    case "too_big":
      return `${name} must be ${
        issue.inclusive ? "at most" : "below"
      } ${issue.maximum}, not ${shown}`;
    case "invalid_type":
      return value === undefined
        ? `${name} is missing`
        : `${name} must be ${kindOf(issue.expected, value)}, not ${shown}`;
    case "unrecognized_keys": {
      const [unknown] = issue.keys;
      const list = known.length === 0 ? "" : `: there are ${known.map(spell).join(", ")}`;
      return `there is no setting ${JSON.stringify(unknown)}${list}${guessOf(unknown, known)}`;
    }
    default:
      return `${name} ${issue.message}, not ${shown}`;
  }
}

/** A value as it is quoted: of a whole number beyond 2^53 the last digits are not known any more. */
function textOf(value: unknown): string {
  if (/^-?\d{16,}$/.test(String(value)) && !Number.isSafeInteger(value)) return "one beyond 2^53";
  return typeof value === "object" || typeof value === "string"
    ? JSON.stringify(value)
    : String(value);
}

function kindOf(expected: string, value: unknown): string {
  if (expected === "int") return "a whole number";
  return typeof value === "number" ? `a finite ${expected}` : `a ${expected}`;
}
