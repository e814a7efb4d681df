import { attribute, type Content, type Markup, markup } from "../../html/mod.ts";
import { duration, figureText, headlinesOf } from "../../statistics/mod.ts";
import { type Listing, listingAddress, modelsOf, select, type SortKey } from "../listing.ts";
import { type FoundRun, type RunRecord, runStates } from "../../run/mod.ts";
import type { RunList } from "../run_store.ts";
import { figuresOfRun, shortState, trainingSeconds } from "../words.ts";
import { type Page, runAddress } from "./page.ts";
import { program } from "../../program.ts";

interface Heading {
  readonly key: SortKey;
  readonly title: string;
  /** `wide` ones are left out on narrow screens, `number` ones stand to the right. */
  readonly classes: string;
  /** What a first press on the title sorts by. */
  readonly first: Listing["order"];
}

interface Column extends Heading {
  readonly cell: (run: RunRecord) => Content;
}

const columns: readonly Column[] = [
  {
    key: "model",
    title: "model",
    classes: "wide",
    first: "ascending",
    cell: ({ config }) => config.model,
  },
  {
    key: "lr",
    title: "learning rate",
    classes: "wide number",
    first: "descending",
    cell: ({ config }) => `${config.opt} ${config.lr}`,
  },
  {
    key: "seed",
    title: "seed",
    classes: "wide number",
    first: "ascending",
    cell: ({ config }) => config.seed,
  },
  ...(["val", "test"] as const).flatMap((part) =>
    headlinesOf(part).map((figure): Column => ({
      key: figure.key,
      title: part === "val" ? `best ${figure.key}` : figure.key,
      classes: part === "val" ? "wide number" : "number",
      first: figure.better === "higher" ? "descending" : "ascending",
      cell: (run) => figureText(figure, figuresOfRun(run)),
    }))
  ),
  {
    key: "time",
    title: "training time",
    classes: "wide number",
    first: "descending",
    cell: (run) => {
      const seconds = trainingSeconds(run);
      return seconds === undefined ? "–" : duration(seconds);
    },
  },
];

const headings: readonly Heading[] = [
  { key: "run", title: "run", classes: "", first: "descending" },
  { key: "state", title: "state", classes: "wide", first: "ascending" },
  ...columns,
];

/** Runs in one part of the table. */
const pageSize = 500;

/** The table of all runs. */
export function listPage(
  { runs, links, studies = [], problem }: RunList,
  listing: Listing,
): Page {
  const chosen = select(runs, listing);
  const pages = Math.max(1, Math.ceil(chosen.length / pageSize));
  const shown = Math.min(listing.page, pages);
  const part = chosen.slice((shown - 1) * pageSize, shown * pageSize);
  const { text, model, state, sort, order } = listing;
  const main = markup`
    <h1>Runs</h1>
    <form id="filter" class="filter" action="./" method="get" role="search">
      <label>Search <input type="search" name="text" value="${text}" maxlength="200"
    placeholder="name, or lr=0.02" autocomplete="off"></label>
      <label>Model ${choice("model", model, modelsOf(runs))}</label>
      <label>State ${choice("state", state, runStates)}</label>
      <span id="order" data-live><input type="hidden" name="sort" value="${sort}"><input
    type="hidden" name="order" value="${order}"></span>
      <button>Filter</button>
    </form>
    <p role="status" id="count" data-live>${problem ?? countText(runs, chosen)}</p>
    <div id="links" data-live>${links.length > 0 && leftOut(links)}</div>
    <div id="studies" data-live>${studies.length > 0 && studyList(studies)}</div>
    <form action="compare" method="get">
      <div id="runs" data-live>${part.length > 0 && table(part, listing)}</div>
      <div id="pages" data-live>${pages > 1 && turning(listing, shown, pages)}</div>
      <p class="actions"><button>Compare the chosen runs</button>
      <button formaction="classify">Classify with them</button></p>
    </form>
  `;
  return { title: "Runs", status: 200, main };
}

function leftOut(links: readonly string[]): Markup {
  return markup`
    <p class="problem">Left out, because symbolic links are not followed: ${links.join(", ")}.</p>
  `;
}

function studyList(studies: readonly string[]): Markup {
  const all = studies.map((name) =>
    markup`<a id="study-${name}" href="${runAddress(name)}">${name}</a> `
  );
  return markup`<p>Studies: ${all}</p>`;
}

/** The ways to the neighbouring parts of a long table. */
function turning(listing: Listing, shown: number, pages: number): Markup {
  const to = (page: number, text: string) => {
    const address = listingAddress({ ...listing, page });
    const there = page >= 1 && page <= pages;
    return there && markup`<a id="page-${text}" class="turn" href="${address}">${text}</a>`;
  };
  return markup`
    <nav class="pages" aria-label="parts of the table">
      ${to(shown - 1, "previous")} <span>Part ${shown} of ${pages}</span> ${to(shown + 1, "next")}
    </nav>
  `;
}

function countText(runs: readonly FoundRun[], chosen: readonly FoundRun[]): string {
  if (runs.length === 0) return `No runs yet: ${program} train:cnn makes one.`;
  const training = runs.filter(({ state }) => state === "training").length;
  const all = `${runs.length} ${runs.length === 1 ? "run" : "runs"}`;
  const shown = chosen.length === runs.length ? all : `${chosen.length} of ${all}`;
  return training === 0 ? shown : `${shown}, ${training} training`;
}

function choice(name: string, chosen: string, values: readonly string[]): Markup {
  const options = ["", ...values].map((value) => {
    const selected = attribute("selected", value === chosen && "");
    return markup`
      <option value="${value}"${selected}>${value || "any"}</option>
    `;
  });
  return markup`<select name="${name}">${options}</select>`;
}

function table(runs: readonly FoundRun[], listing: Listing): Markup {
  return markup`
    <table class="runs">
      <thead>
        <tr><th scope="col"><span class="hidden">compare</span></th>
    ${headings.map((heading) => headingCell(heading, listing))}
        </tr>
      </thead>
      <tbody>${runs.map(row)}</tbody>
    </table>
  `;
}

function headingCell({ key, title, classes, first }: Heading, listing: Listing): Markup {
  const sorted = listing.sort === key;
  const other = listing.order === "ascending" ? "descending" : "ascending";
  const address = listingAddress({
    ...listing,
    page: 1,
    sort: key,
    order: sorted ? other : first,
  });
  const ariaSort = attribute("aria-sort", sorted && listing.order);
  const sign = sorted ? (listing.order === "ascending" ? " ▲" : " ▼") : "";
  return markup`<th scope="col" class="${classes}"${ariaSort}><a id="sort-${key}" class="turn"
 href="${address}">${title}<span aria-hidden="true">${sign}</span></a></th>`;
}

function row(run: FoundRun): Markup {
  const { name, state } = run;
  const address = runAddress(name);
  const shown = markup`<span class="state ${state}">${shortState(run)}</span>`;
  const problem = state === "damaged" && markup`<div class="problem">${run.problem}</div>`;
  const cells = columns.map(({ classes, cell }) =>
    markup`<td class="${classes}">${run.state === "damaged" ? "–" : cell(run)}</td>`
  );
  return markup`<tr>
<td><input type="checkbox" name="run" value="${name}" id="choose${address}"
 aria-label="compare ${name}"${attribute("disabled", state === "damaged" && "")}></td>
<th scope="row"><a id="${address}" href="${address}">${name}</a>${problem}
<div class="narrow">${shown}</div></th>
<td class="wide">${shown}</td>${cells}
</tr>`;
}
