/** Rows of cells as lines whose columns stand below each other, to the left where `isLeft` says so. */
export function aligned(
  rows: readonly (readonly string[])[],
  isLeft: (column: number) => boolean,
): string[] {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows.map((row) =>
    row.map((cell, i) => isLeft(i) ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))
      .join("  ").trimEnd()
  );
}
