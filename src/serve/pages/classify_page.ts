import { printable } from "../../printable.ts";
import { markup } from "../../html/mod.ts";
import { classifierParts, type PagePart } from "../../export/mod.ts";
import { type RunModel, weightsFile } from "../page_models.ts";
import { fileAddress, type Page, runAddress } from "./page.ts";

/** Models that classify side by side in one page. */
export const classifyLimit = 8;

/** A run whose model a page classifies with; `name` has its study before it, where it is of one. */
export interface ClassifyingRun {
  readonly name: string;
  /** Missing where there is no such run. */
  readonly model: RunModel | undefined;
}

/** The page that classifies a drawing or a picture with the best weights of chosen runs. */
export function classifyPage(runs: readonly ClassifyingRun[]): Page {
  const parts = runs.map(({ name, model }): PagePart => {
    if (model === undefined) {
      return { title: printable(name), model: { problem: "There is no such run." } };
    }
    const title = markup`<a href="${runAddress(name)}">${name}</a>`;
    if ("problem" in model) return { title, model };
    return { title, model: { ...model, weights: { address: fileAddress(name, weightsFile) } } };
  });
  const isOf = parts.some(({ model }) => !("problem" in model));
  const main = markup`<h1>Classify</h1>
${
    runs.length === 0
      ? markup`<p>No run is chosen: <a href="./">choose some in the table</a>.</p>`
      : classifierParts(parts)
  }`;
  return { title: "Classify", status: 200, main, script: isOf && "classify.js" };
}
