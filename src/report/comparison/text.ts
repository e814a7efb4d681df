import type { Comparison } from "./comparison.ts";
import { headline } from "./headline.ts";
import { type Table, tablesOf } from "./tables.ts";

/** A comparison for a terminal of `width` columns. */
export function comparisonText(comparison: Comparison, width: number): string {
  return [
    [headline(comparison), ...comparison.notes].map((line) => wrapped(line, width)).join("\n"),
    ...tablesOf(comparison).map((table) => tableText(table, width)),
  ].join("\n\n");
}

/** Aligned columns; those that do not fit the width follow below, with the rows' names again. */
export function tableText({ title, head, rows, note }: Table, width: number): string {
  const lines = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map((cells) => cells[column].length)));
  const blocks: number[][] = [[]];
  let used = widths[0];
  for (let column = 1; column < head.length; column++) {
    if (used + 2 + widths[column] > width && used > widths[0]) {
      blocks.push([]);
      used = widths[0];
    }
    blocks.at(-1)?.push(column);
    used += 2 + widths[column];
  }
  const text = blocks.map((columns) =>
    lines.map((cells) =>
      cells[0].padEnd(widths[0]) +
      columns.map((column) => `  ${cells[column].padStart(widths[column])}`).join("")
    ).join("\n")
  );
  return `${title}\n${text.join("\n\n")}\n${wrapped(note, width)}`;
}

/** Lines of at most `width` signs, broken between words; the later ones are indented. */
function wrapped(text: string, width: number): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines[lines.length - 1];
    if (last === "") lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`  ${word}`);
  }
  return lines.join("\n");
}
