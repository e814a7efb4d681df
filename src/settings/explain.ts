import type { z } from "zod";
import { nearest } from "./nearest.ts";

/** One sentence for what a schema found wrong: `--epochs must be at least 1, not 0`. */
export function explain(issue: z.core.$ZodIssue, name: string, value: unknown): string {
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
