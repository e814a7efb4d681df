import { aligned } from "../cli/mod.ts";
import { broadcast, type Media } from "./broadcast.ts";

/**
 * Shows pictures below a cell, each an SVG document of `src/picture`. Wait for it: what is shown
 * after a cell's end may be lost.
 */
export async function show(...pictures: readonly string[]): Promise<void> {
  for (const picture of pictures) await display(pictureMedia(picture));
}

/** A row of a table by the names of its columns. */
export type TableRow = Readonly<Record<string, string | number>>;

/** Shows a table below a cell. The first row names the columns; numbers are set to the right. */
export async function showTable(rows: readonly TableRow[]): Promise<void> {
  await display(tableMedia(rows));
}

/** A picture and, where pictures cannot be shown, its title. */
export function pictureMedia(picture: string): Media {
  const title = picture.match(/aria-label="([^"]*)"/)?.[1] ?? "a picture";
  return { "image/svg+xml": picture, "text/plain": title };
}

/** A table in Markdown and, where that is not understood, in plain text. */
export function tableMedia(rows: readonly TableRow[]): Media {
  const columns = Object.keys(rows[0] ?? {});
  const isNumber = columns.map((column) => rows.every((row) => typeof row[column] === "number"));
  const cells = rows.map((row) => columns.map((column) => String(row[column] ?? "")));
  const line = (texts: readonly string[]) => `| ${texts.join(" | ")} |`;
  const safe = (text: string) => text.replaceAll("|", "\\|");
  const rule = isNumber.map((number) => number ? "---:" : ":---");
  return {
    "text/markdown": [
      line(columns.map(safe)),
      line(rule),
      ...cells.map((row) => line(row.map(safe))),
    ].join("\n"),
    "text/plain": aligned([columns, ...cells], (i) => !isNumber[i]).join("\n"),
  };
}

const display = (data: Media) => broadcast("display_data", { data, metadata: {}, transient: {} });
