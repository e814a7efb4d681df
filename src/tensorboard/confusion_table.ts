import { markdownTable } from "../html/mod.ts";

/** Counts `[class][prediction]` as a Markdown table: a row for each class. */
export function confusionTable(
  counts: readonly (readonly number[])[],
  classes: readonly string[],
): string {
  const rows = counts.map((row, label) => [classes[label], ...row.map(String)]);
  return markdownTable(["class, predicted as", ...classes], rows);
}
