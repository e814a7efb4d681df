import { createHash } from "node:crypto";
import type { Markup } from "../html/mod.ts";
import { documentOf, type Page, rootOf } from "./pages/page.ts";

/** Pages that are kept. */
const pageLimit = 32;

/** A page that can be rendered. */
export interface Renderable {
  /** All that the page depends on besides its address; the same objects give the same page. */
  readonly of: readonly unknown[];
  render(): Page;
}

/** A page as it is sent. */
export interface RenderedPage {
  readonly status: number;
  readonly document: Markup;
  /** A digest of what the page shows, of a restarted server too. */
  readonly tag: string;
}

/** The pages that are looked at, each rendered anew only when what it shows has changed. */
export class Rendered {
  readonly #pages = new Map<string, { readonly of: readonly unknown[]; page: RenderedPage }>();

  /** An open page looks each `every` milliseconds whether it has changed. */
  constructor(readonly every: number) {}

  /** The page of an address. */
  get({ pathname, search }: URL, { of, render }: Renderable): RenderedPage {
    const address = pathname + search;
    const known = this.#pages.get(address);
    if (known?.of.length === of.length && known.of.every((each, i) => each === of[i])) {
      return known.page;
    }
    const page = render();
    const tag = createHash("sha256").update(page.main.text).digest("base64url").slice(0, 16);
    const document = documentOf(page, rootOf(pathname), { tag, every: this.every });
    const rendered = { status: page.status, document, tag };
    this.#pages.delete(address);
    this.#pages.set(address, { of, page: rendered });
    if (this.#pages.size > pageLimit) this.#pages.delete([...this.#pages.keys()][0]);
    return rendered;
  }
}
