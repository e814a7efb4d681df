import { escaped } from "../../html/mod.ts";
import { page, picture, table } from "../page.ts";
import { classDifferencesPicture } from "./class_differences.ts";
import type { Comparison } from "./comparison.ts";
import { headline } from "./headline.ts";
import { disagreementPicture, disagreements } from "./images.ts";
import { type Table, tablesOf } from "./tables.ts";

/** A comparison as an HTML page that needs no other file. */
export function comparisonPage(comparison: Comparison, curves: string): string {
  const title = headline(comparison);
  const notes = comparison.notes.map((note) => `<li>${escaped(note)}</li>`);
  const images = disagreements(comparison).filter(({ images }) => images.length > 0);
  const below: Record<string, string[]> = {
    Models: [`<ul>${notes.join("")}</ul>`, picture(curves)],
    Classes: [picture(classDifferencesPicture(comparison))],
    Images: images.map((each) => picture(disagreementPicture(each, comparison))),
  };
  const sections = tablesOf(comparison).map((one) =>
    `<section>${section(one)}${(below[one.title] ?? []).join("")}</section>`
  );
  return page(title, `<h1>${escaped(title)}</h1>${sections.join("\n")}`);
}

function section({ title, head, rows, note }: Table): string {
  const lines = rows.map((cells) => cells.map(escaped));
  return `<h2>${escaped(title)}</h2>${table(head, lines)}<p class="muted">${escaped(note)}</p>`;
}
