import type { z } from "zod";
import { nearest } from "./nearest.ts";

/** How a sentence calls a setting: `weightDecay`, or `--weight-decay`. */
export type Spell = (key: string) => string;

/** One sentence on what a schema first found wrong: `--epochs must be at least 1, not 0`. */
export function explain(
  { issues: [issue] }: z.ZodError,
  given: Readonly<Record<string, unknown>>,
  spell: Spell = (key) => key,
): string {
  const [key] = issue.path;
  const name = key === undefined ? "A setting" : spell(String(key));
  const value = given[String(key)];
  const shown = typeof value === "object" ? JSON.stringify(value) : String(value);
  switch (issue.code) {
    case "invalid_value": {
      const choices = issue.values.map(String);
      const guess = typeof value === "string" ? nearest(value, choices) : undefined;
      const hint = guess === undefined ? "" : `; did you mean ${guess}?`;
      return `${name} must be ${choices.join(", ")}, not ${shown}${hint}`;
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
        : `${name} must be ${
          issue.expected === "int" ? "a whole number" : `a ${issue.expected}`
        }, not ${shown}`;
    case "unrecognized_keys":
      return `${name} is not known: ${issue.keys.join(", ")}`;
    default:
      return `${name} ${issue.message}, not ${shown}`;
  }
}
