import { colour, colourStyle, escaped, typeface } from "../look.ts";
import type { Comparison } from "./comparison.ts";
import { classDifferencesPicture } from "./class_differences.ts";
import { headline } from "./headline.ts";
import { disagreementPicture, disagreements } from "./images.ts";
import { type Table, tablesOf } from "./tables.ts";

/** A comparison as an HTML page that needs no other file. */
export function comparisonPage(comparison: Comparison, curves: string): string {
  const [models, ...others] = tablesOf(comparison).map(tableHtml);
  return [
    "<!doctype html>",
    `<html lang="en"><meta charset="utf-8">`,
    `<meta name="viewport" content="width=device-width, initial-scale=1">`,
    `<title>${escaped(headline(comparison))}</title><style>${style}</style>`,
    `<h1>${escaped(headline(comparison))}</h1>`,
    models,
    `<ul>${comparison.notes.map((note) => `<li>${escaped(note)}</li>`).join("")}</ul>`,
    `<h2>Convergence</h2>${wide(curves)}`,
    ...others,
    wide(classDifferencesPicture(comparison)),
    ...disagreements(comparison).filter(({ images }) => images.length > 0)
      .map((disagreement) => wide(disagreementPicture(disagreement, comparison))),
    "</html>\n",
  ].join("\n");
}

function tableHtml({ title, head, rows, note }: Table): string {
  const cells = (tag: string, texts: readonly string[]) =>
    texts.map((text) => `<${tag}>${escaped(text)}</${tag}>`).join("");
  const row = ([name, ...rest]: readonly string[]) =>
    `<tr><th scope="row">${escaped(name)}</th>${cells("td", rest)}</tr>`;
  return `<h2>${escaped(title)}</h2>${
    wide(
      `<table><thead><tr>${cells("th", head)}</tr></thead>` +
        `<tbody>${rows.map(row).join("")}</tbody></table>`,
    )
  }<p>${escaped(note)}</p>`;
}

/** What may be wider than a telephone moves by itself there. */
const wide = (content: string) => `<div class="wide">${content}</div>`;

const style = colourStyle(":root") +
  `body{font-family:${typeface};background:${colour("surface")};color:${colour("ink")};` +
  "max-width:64rem;margin:2rem auto;padding:0 1rem;line-height:1.45}" +
  ".wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}" +
  `th,td{padding:.3rem .7rem;text-align:right;white-space:nowrap;border-bottom:1px solid ${
    colour("line")
  }}th:first-child{text-align:left;padding-left:0}p,li{color:${colour("muted")}}`;
