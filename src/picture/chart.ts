import * as Plot from "@observablehq/plot";
import { DOMParser } from "linkedom";
import { Markup, markup } from "../html/mod.ts";
import type { Part } from "./picture.ts";

/** Where Plot makes its elements; the types of a browser are not known here. */
const document: unknown = new DOMParser().parseFromString("<html></html>", "text/html");

/** A chart of Observable Plot as a part of a picture, by default 240 pixels high. */
export function chart({ height = 240, ...options }: Plot.PlotOptions): Part {
  return (width) => {
    const element = Plot.plot({
      style: { fontSize: "13px" },
      ...options,
      width,
      height,
      document: document as Plot.PlotOptions["document"],
    });
    element.querySelector("style")?.remove(); // it would style the page around the picture
    // A label is not for a group without a role; the picture has one and a label of its own.
    const drawn = new Markup(element.innerHTML.replaceAll(' aria-label="', ' data-mark="'));
    const svg = markup`<g fill="currentColor" text-anchor="middle">${drawn}</g>`;
    return { svg, height };
  };
}
