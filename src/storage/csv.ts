/** Comma-separated values as RFC 4180 has them, with plain line ends. */
export function csvText(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const cell = (value: string | number) => {
    const text = String(value);
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [head, ...rows].map((cells) => `${cells.map(cell).join(",")}\n`).join("");
}
