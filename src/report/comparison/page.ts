import { columns, page, picture, section, table } from "../page.ts";
import { type Content, markup } from "../../html/mod.ts";
import { classDifferencesPicture } from "./class_differences.ts";
import type { Comparison } from "./comparison.ts";
import { headline } from "./headline.ts";
import { disagreementPicture, disagreements } from "./images.ts";
import { tablesOf } from "./tables.ts";

/** A comparison as an HTML page that needs no other file. */
export function comparisonPage(comparison: Comparison, curves: string): string {
  const title = headline(comparison);
  const notes = comparison.notes.map((note) => markup`<li>${note}</li>`);
  const images = disagreements(comparison).filter(({ images }) => images.length > 0);
  const beside: Record<string, Content> = {
    Classes: picture(classDifferencesPicture(comparison)),
  };
  const below: Record<string, Content> = {
    Models: columns(picture(curves), markup`<ul>${notes}</ul>`),
    Images: columns(...images.map((each) => picture(disagreementPicture(each, comparison)))),
  };
  const sections = tablesOf(comparison).map((one) =>
    section(
      one.title,
      markup`<div class="beside">${table(one.title, one.head, one.rows)}${beside[one.title]}</div>`,
      markup`<p class="muted">${one.note}</p>`,
      below[one.title],
    )
  );
  return page(title, markup`<h1>${title}</h1>${sections}`);
}
