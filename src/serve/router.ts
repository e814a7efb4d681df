import live from "./assets/live.js" with { type: "text" };
import icon from "./assets/icon.svg" with { type: "text" };
import style from "./assets/style.css" with { type: "text" };
import { classifierStyle, makesPages, pageScript } from "../export/mod.ts";
import { pageStyle } from "../html/mod.ts";
import { explain } from "../settings/mod.ts";
import type { Refusal } from "./guard.ts";
import { listingSchema } from "./listing.ts";
import { compareLimit, comparePage } from "./pages/compare_page.ts";
import { listPage } from "./pages/list_page.ts";
import { classifyLimit, classifyPage } from "./pages/classify_page.ts";
import { classifyAddress, missing, rootOf } from "./pages/page.ts";
import { type PageModels, weightsFile } from "./page_models.ts";
import { filesOf, runPage } from "./pages/run_page.ts";
import { studyPage } from "./pages/study_page.ts";
import type { Renderable } from "./rendered.ts";
import { assetReply, fileReply, redirection, type Reply } from "./replies.ts";
import type { RunRecord } from "../run/mod.ts";
import { findFile } from "../storage/mod.ts";
import type { RunStore } from "./run_store.ts";
import type { StudyStore } from "./study_store.ts";

let script: string | undefined; // made of modules when it is first asked for

const assets: Readonly<Record<string, () => Reply>> = {
  "/style.css": () =>
    assetReply(`${pageStyle}\n${style}\n${classifierStyle}`, "text/css; charset=utf-8"),
  "/live.js": () => assetReply(live, "text/javascript; charset=utf-8"),
  "/classify.js": () => assetReply(script ??= pageScript(), "text/javascript; charset=utf-8"),
  "/icon.svg": () => assetReply(icon, "image/svg+xml"),
};

/** All that pages are made of. */
export interface Stores {
  readonly runs: RunStore;
  readonly studies: StudyStore;
  readonly models: PageModels;
}

/** What an address leads to. */
export type Destination = Renderable | Reply | Refusal;

/**
 * Finds what an address that was not refused leads to. Only the runs that it shows are looked at;
 * the table of all runs may be `age` milliseconds old.
 */
export async function route(
  url: URL,
  stores: Stores,
  age: number,
): Promise<Destination> {
  const { pathname, search, searchParams } = url;
  const { runs: store, studies } = stores;
  if (Object.hasOwn(assets, pathname)) return assets[pathname]();
  if (pathname === "/") {
    const asked = Object.fromEntries(searchParams);
    const listing = listingSchema.safeParse(asked);
    if (!listing.success) return { status: 400, reason: explain(listing.error, asked) };
    const list = await store.list(age);
    return { of: [list], render: () => listPage(list, listing.data) };
  }
  const [, top, ...rest] = pathname.split("/");
  if (top === "runs" && rest.join("") === "") return redirection(rootOf(pathname));
  if (pathname.endsWith("/")) return redirection(`../${rest.at(-2) ?? top}${search}`);
  if (pathname === "/compare") return comparison(searchParams.getAll("run"), store);
  if (pathname === "/classify") return classification(searchParams.getAll("run"), stores);
  const [name, ...file] = rest.map(decodeURIComponent);
  if (top !== "runs" || !name) return nothing("There is no such page.", url);
  const { study, runs } = studies.get(name) ?? {};
  if (study === undefined || runs === undefined) return runPages(name, file, store, url);
  if (file.length === 0) return { of: [study], render: () => studyPage(study) };
  return runPages(file[0], file.slice(1), runs, url);
}

/** A page that says what there is not. */
function nothing(what: string, { pathname }: URL): Renderable {
  return { of: [what], render: () => missing(what, rootOf(pathname)) };
}

/** The page of a run, or one of its files. */
const runPages = (name: string, file: readonly string[], store: RunStore, url: URL): Destination =>
  file.length === 0 ? page(name, store, url) : runFile(name, file.join("/"), store, url);

function page(name: string, store: RunStore, url: URL): Renderable {
  const run = store.get(name);
  if (run === undefined) return nothing(`There is no run ${name} in ${store.folder}.`, url);
  const classify = rootOf(url.pathname) + classifyAddress([runNameOf(url)]);
  return { of: [run], render: () => runPage(run, store.folder, classify) };
}

/** The name of the run of a page, with its study before it where it is of one. */
const runNameOf = ({ pathname }: URL) =>
  pathname.split("/").slice(2).map(decodeURIComponent).join("/");

function runFile(name: string, file: string, store: RunStore, url: URL): Destination {
  const run = store.get(name);
  const opened = run && [...filesOf(run), weightsFile].includes(file) &&
    findFile(`${run.folder}/${file}`, { links: false });
  return opened
    ? fileReply(opened, file)
    : nothing(`There is no file ${file} to be seen in ${name}.`, url);
}

function comparison(names: readonly string[], store: RunStore): Destination {
  const chosen = [...new Set(names)];
  if (chosen.length > compareLimit) {
    return { status: 400, reason: `At most ${compareLimit} runs can be compared at a time` };
  }
  const runs: RunRecord[] = [];
  for (const name of chosen) {
    const run = store.get(name);
    if (run === undefined || run.state === "damaged") {
      const what = `There is no readable run ${name} in ${store.folder}.`;
      return { of: [what], render: () => missing(what, "./") };
    }
    runs.push(run);
  }
  return { of: runs, render: () => comparePage(runs) };
}

async function classification(
  names: readonly string[],
  { runs, studies, models }: Stores,
): Promise<Destination> {
  const chosen = [...new Set(names)];
  if (chosen.length > classifyLimit) {
    return { status: 400, reason: `At most ${classifyLimit} models can classify at a time` };
  }
  if (!makesPages) {
    return {
      status: 501,
      reason: "A page that classifies needs Deno 2.9 or newer for this server",
    };
  }
  const found = await Promise.all(chosen.map(async (name) => {
    const [first, second] = name.split("/");
    const run = second === undefined ? runs.get(first) : studies.get(first)?.runs.get(second);
    return { name, model: run && await models.get(run) };
  }));
  return { of: found.map(({ model }) => model), render: () => classifyPage(found) };
}
