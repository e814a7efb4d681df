import script from "./assets/live.js" with { type: "text" };
import icon from "./assets/icon.svg" with { type: "text" };
import style from "./assets/style.css" with { type: "text" };
import { colourStyle, typeface } from "../html/mod.ts";
import { explain } from "../settings/mod.ts";
import type { Refusal } from "./guard.ts";
import { listingSchema } from "./listing.ts";
import { compareLimit, comparePage } from "./pages/compare_page.ts";
import { listPage } from "./pages/list_page.ts";
import { missing, type Page } from "./pages/page.ts";
import { runFiles, runPage } from "./pages/run_page.ts";
import { assetResponse, fileResponse } from "./responses.ts";
import type { RunRecord } from "../run/mod.ts";
import { findFile } from "../storage/mod.ts";
import type { RunStore } from "./run_store.ts";

const look = `${colourStyle(":root")}:root{font-family:${typeface}}`;

const assets: Readonly<Record<string, () => Response>> = {
  "/style.css": () => assetResponse(`${look}\n${style}`, "text/css; charset=utf-8"),
  "/live.js": () => assetResponse(script, "text/javascript; charset=utf-8"),
  "/icon.svg": () => assetResponse(icon, "image/svg+xml"),
};

/** What an address leads to: a page, which can be rendered again, a response, or a refusal. */
export type Destination = (() => Page) | Response | Refusal;

/** Finds what an address that was not refused leads to, after another look at the folder. */
export function route(url: URL, store: RunStore): Destination {
  const { pathname, searchParams } = url;
  if (Object.hasOwn(assets, pathname)) return assets[pathname]();
  store.refresh();
  if (pathname === "/") {
    const asked = Object.fromEntries(searchParams);
    const listing = listingSchema.safeParse(asked);
    if (listing.success) return () => listPage(store, listing.data);
    return { status: 400, reason: explain(listing.error, asked) };
  }
  if (pathname === "/compare") return comparison(searchParams.getAll("run"), store);
  const [, top, name, file, ...more] = pathname.split("/").map(decodeURIComponent);
  if (top !== "runs" || !name || more.length > 0) return () => missing("There is no such page.");
  if (file === undefined) return () => page(name, store);
  return runFile(name, file, store);
}

function page(name: string, store: RunStore): Page {
  const run = store.get(name);
  return run === undefined
    ? missing(`There is no run ${name} in ${store.folder}.`)
    : runPage(run, store.folder);
}

function runFile(name: string, file: string, store: RunStore): Destination {
  const run = runFiles.some((each) => each === file) ? store.get(name) : undefined;
  const opened = run && findFile(`${run.folder}/${file}`, { links: false });
  return opened === undefined
    ? () => missing(`There is no file ${file} to be seen in ${name}.`)
    : fileResponse(opened, file);
}

function comparison(names: readonly string[], store: RunStore): Destination {
  const chosen = [...new Set(names)];
  if (chosen.length > compareLimit) {
    return { status: 400, reason: `At most ${compareLimit} runs can be compared at a time` };
  }
  return () => {
    const runs: RunRecord[] = [];
    for (const name of chosen) {
      const run = store.get(name);
      if (run === undefined || run.state === "damaged") {
        return missing(`There is no readable run ${name} in ${store.folder}.`);
      }
      runs.push(run);
    }
    return comparePage(runs);
  };
}
