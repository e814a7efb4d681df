import { colour, colourStyle, type Content, Markup, markup, typeface } from "../html/mod.ts";

/** A page of HTML that needs no other file and no network, and follows light and dark. */
export function page(title: string, body: Content): string {
  // Whatever may stand in a run's files, nothing is loaded and no script runs.
  const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";
  return markup`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Markup(colourStyle(":root") + style)}</style>
</head>
<body>
<main>
${body}</main>
</body>
</html>
`.text;
}

/** Parts of a page side by side, where the window is wide enough. */
export function columns(...parts: readonly Content[]): Markup {
  return markup`<div class="columns">${parts}</div>`;
}

/** A part of a page under its own heading. */
export function section(title: string, ...parts: readonly Content[]): Markup {
  return markup`<section><h2>${title}</h2>${parts}</section>\n`;
}

export type Card = readonly [name: string, figure: Content];

/** Figures side by side, each under its name. */
export function cards(entries: readonly Card[]): Markup {
  const items = entries.map(([name, figure]) =>
    markup`<div><dt>${name}</dt><dd>${figure}</dd></div>`
  );
  return markup`<dl class="cards">${items}</dl>`;
}

/** Names and what belongs to them, one below the other. */
export function definitions(entries: readonly (readonly [name: string, text: string])[]): Markup {
  const rows = entries.map(([name, text]) =>
    markup`<tr><th scope="row">${name}</th><td>${text}</td></tr>`
  );
  return markup`<table class="definitions"><tbody>${rows}</tbody></table>`;
}

/** A table of cells under a name; the first cell of each row names the row. */
export function table(
  name: string,
  head: readonly string[],
  rows: readonly (readonly Content[])[],
): Markup {
  const names = head.map((text) => markup`<th scope="col">${text}</th>`);
  const lines = rows.map(([first, ...cells]) =>
    markup`<tr><th scope="row">${first}</th>${cells.map((cell) => markup`<td>${cell}</td>`)}</tr>`
  );
  const body = markup`<table><thead><tr>${names}</tr></thead><tbody>${lines}</tbody></table>`;
  return markup`<div class="wide"${scrolling(name)}>${body}</div>`;
}

/** What makes a part that may be wider than the window reachable by keyboard. */
const scrolling = (name: Content) => markup` role="region" aria-label="${name}" tabindex="0"`;

/** A picture, in a narrow window as small as it stays legible. */
export function picture(svg: string): Markup {
  const width = Number(/ width="(\d+)"/.exec(svg)?.[1]);
  const label = new Markup(/ aria-label="([^"]*)"/.exec(svg)?.[1] ?? "picture");
  return markup`<figure${scrolling(label)} style="--least:${
    Math.round(width * 0.65)
  }px">${new Markup(svg)}</figure>`;
}

/** A figure as people read it, with its exact value for programs, under the name that files use. */
export function figure(name: string, value: number | string, text = `${value}`): Markup {
  return markup`<data data-name="${name}" value="${value}">${text}</data>`;
}

const style = `
:root{color-scheme:light dark}
body{margin:0;background:${colour("surface")};color:${colour("ink")};font:16px/1.5 ${typeface}}
main{max-width:84rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.6rem;margin:0 0 .25rem}
h2{font-size:1.2rem;margin:2.5rem 0 .75rem;border-bottom:1px solid ${colour("line")}}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,32rem),1fr));gap:0 2rem}
.columns>*{min-width:0}
.beside{display:flex;flex-wrap:wrap;align-items:start;gap:0 2rem}
.beside>*{max-width:100%}
.beside>figure{flex:1 1 32rem}
p{margin:.5rem 0}
code{font:.9em ui-monospace,'DejaVu Sans Mono',monospace;overflow-wrap:anywhere}
pre{white-space:pre-wrap;padding:.6rem .8rem;border:1px solid ${colour("line")}}
.muted{color:${colour("muted")}}
.warning{padding:.6rem .8rem;border:2px solid ${colour("series-2")};font-weight:600}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:1rem;margin:1rem 0}
.cards dt{color:${colour("muted")};font-size:.85rem}
.cards dd{margin:0;font-size:1.15rem;font-weight:600;white-space:nowrap;font-variant-numeric:tabular-nums}
figure{margin:1rem 0;overflow-x:auto}
figure svg{display:block;max-width:100%;min-width:var(--least,0);height:auto}
.wide{overflow-x:auto}
.wide td{white-space:nowrap}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9rem}
th,td{padding:.25rem .75rem .25rem 0;text-align:right;border-bottom:1px solid ${colour("line")}}
th:first-child{text-align:left;font-weight:500}
thead th{color:${colour("muted")};font-weight:500;vertical-align:bottom}
.definitions{width:100%}
.definitions th{width:14rem;color:${colour("muted")}}
.definitions td{text-align:left;overflow-wrap:anywhere}
summary{cursor:pointer;color:${colour("accent")}}
:focus-visible{outline:2px solid ${colour("accent")};outline-offset:2px}
@media(max-width:30rem){.definitions th{width:auto}}
@media print{
@page{margin:1.5cm}
:root{color-scheme:light}
main{max-width:none;padding:0}
.columns,.beside{display:block}
details::details-content{display:block;content-visibility:visible;block-size:auto}
h1,h2,summary{break-after:avoid}
figure,.cards,.warning,pre,tr{break-inside:avoid}
figure,.wide{overflow:visible}
figure svg{min-width:0;max-height:22cm}
.wide table{font-size:.75rem}
.wide th,.wide td{white-space:normal;padding-right:.4rem}
}
`.replaceAll("\n", "");
