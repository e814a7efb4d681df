/** A table in Markdown: the first column names the rows, and numbers stand to the right. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escapedMarkdown).join(" | ")} |`;
  const ruler = head.map((_, column) => column === 0 ? ":--" : "--:");
  return [line(head), `| ${ruler.join(" | ")} |`, ...rows.map(line)].join("\n");
}

/** Text as Markdown shows it, whatever signs are in it. */
export const escapedMarkdown = (text: string): string => text.replace(/[\\`*_|<>[\]]/g, "\\$&");
