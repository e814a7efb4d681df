import { page, picture, section, table } from "../page.ts";
import { type Content, type Markup, markup } from "../../html/mod.ts";
import { classDifferencesPicture } from "./class_differences.ts";
import type { Comparison } from "./comparison.ts";
import { headline } from "./headline.ts";
import { disagreementPicture, disagreements } from "./images.ts";
import { type Table, tablesOf } from "./tables.ts";

/** A comparison as an HTML page that needs no other file. */
export function comparisonPage(comparison: Comparison, curves: string): string {
  const title = headline(comparison);
  const notes = comparison.notes.map((note) => markup`<li>${note}</li>`);
  const images = disagreements(comparison).filter(({ images }) => images.length > 0);
  const below: Record<string, Content> = {
    Models: [markup`<ul>${notes}</ul>`, picture(curves)],
    Classes: [picture(classDifferencesPicture(comparison))],
    Images: images.map((each) => picture(disagreementPicture(each, comparison))),
  };
  const sections = tablesOf(comparison).map((one) =>
    section(one.title, tableOf(one), below[one.title])
  );
  return page(title, markup`<h1>${title}</h1>${sections}`);
}

function tableOf({ head, rows, note }: Table): Markup {
  return markup`${table(head, rows)}<p class="muted">${note}</p>`;
}
