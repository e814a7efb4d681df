import { type Content, Markup, markup } from "../../html/mod.ts";

/** What one address shows. */
export interface Page {
  readonly title: string;
  /** 200, or 404 for a page that says that there is nothing. */
  readonly status: number;
  /**
   * The content. Elements with `data-live` and an `id` are filled anew while the page is open, and
   * the others only where those are not the same ones any more.
   */
  readonly main: Markup;
  /** The script that it runs, if any; by default the one that keeps it up to date. */
  readonly script?: "live.js" | "classify.js" | false;
}

/** A page that says that there is nothing under its address; `root` leads to the table of runs. */
export function missing(what: string, root: string): Page {
  return {
    title: "Not found",
    status: 404,
    main: markup`
      <h1>Not found</h1>
      <p>${what}</p>
      <p><a href="${root}">All runs</a></p>
    `,
  };
}

/** The path from a page to the table of runs: a proxy may show the pages below any path. */
export function rootOf(pathname: string): string {
  return "../".repeat(Math.max(0, pathname.split("/").length - 2)) || "./";
}

/** What keeps an open page up to date. */
export interface Live {
  /** The identity of what the page shows. */
  readonly tag: string;
  /** Milliseconds after which it looks for a newer one. */
  readonly every: number;
}

/** The whole document around a page; without `live` it stays as it is. */
export function documentOf(
  { title, main, script: run = "live.js" }: Page,
  root: string,
  live?: Live,
): Markup {
  const marks = live && markup` data-tag="${live.tag}" data-every="${live.every}"`;
  const script = live && run && markup`<script type="module" src="${root}${run}"></script>`;
  return markup`
    <!DOCTYPE html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <title>${title} · wick</title>
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <link rel="icon" href="${root}icon.svg" type="image/svg+xml">
        <link rel="stylesheet" href="${root}style.css">
        ${script}
      </head>
      <body>
        <a class="skip" href="#main">To the content</a>
        <header><a href="${root}">wick runs</a> <span id="connection" role="status"></span></header>
        <main id="main" tabindex="-1"${marks}>${main}</main>
      </body>
    </html>
  `;
}

/** A table that scrolls by itself where the screen is too narrow, by keyboard too. */
export function scrolling(label: string, table: Content): Markup {
  return markup`<div class="scroll" role="region" aria-label="${label}" tabindex="0">${table}</div>`;
}

/** Names and values below each other. */
export function definitions(entries: readonly (readonly [name: string, value: Content])[]): Markup {
  const rows = entries.map(([name, value]) =>
    markup`
      <div>
        <dt>${name}</dt>
        <dd>${value}</dd>
      </div>
    `
  );
  return markup`<dl>${rows}</dl>`;
}

/** A drawn picture in the page's own colours: its policy allows no style inside the document. */
export function picture(svg: string): Markup {
  return markup`<figure>${new Markup(svg.replace(/<style>.*?<\/style>/s, ""))}</figure>`;
}

/** The address of a run's page, from the table of runs and from pages beside it. */
export function runAddress(name: string): string {
  return `runs/${name.split("/").map(encodeURIComponent).join("/")}`;
}

/** The address of a run's file, from the same pages. */
export function fileAddress(name: string, file: string): string {
  return runAddress(`${name}/${file}`);
}

/** The address of the page that classifies with the models of runs, from the same pages. */
export function classifyAddress(names: readonly string[]): string {
  return `classify?${new URLSearchParams(names.map((name) => ["run", name]))}`;
}
