import { escapedMarkdown, markdownTable } from "../../html/mod.ts";
import { curvesTitle } from "../../picture/mod.ts";
import type { Comparison } from "./comparison.ts";
import { headline } from "./headline.ts";
import { type Table, tablesOf } from "./tables.ts";

/** A comparison as Markdown; `curves` is the file with the convergence curves. */
export function comparisonMarkdown(comparison: Comparison, curves: string): string {
  return [
    `# ${headline(comparison)}`,
    comparison.notes.map((note) => `- ${escapedMarkdown(note)}`).join("\n"),
    ...tablesOf(comparison).map(tableMarkdown),
    `## Convergence\n\n![${curvesTitle} over the epochs](${curves})`,
  ].join("\n\n") + "\n";
}

function tableMarkdown({ title, head, rows, note }: Table): string {
  return `## ${title}\n\n${markdownTable(head, rows)}\n\n${escapedMarkdown(note)}`;
}
