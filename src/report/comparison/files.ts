import { messageOf, UserError } from "../../errors.ts";
import { diskFiles, jsonText, writeText } from "../../storage/mod.ts";
import { convergencePicture, curvesTitle } from "../../picture/mod.ts";
import type { Comparison } from "./comparison.ts";
import { classesCsv, imagesCsv, modelsCsv, pairsCsv } from "./csv.ts";
import { comparisonRecord } from "./json.ts";
import { comparisonMarkdown } from "./markdown.ts";
import { comparisonPage } from "./page.ts";

/** Writes a comparison's files into a folder; returns the path of the page that has it all. */
export function writeComparison(comparison: Comparison, folder: string): string {
  try {
    Deno.mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new UserError(`Cannot make the folder ${folder}: ${messageOf(error)}`, { cause: error });
  }
  const curves = convergence(comparison);
  const files = {
    "models.csv": modelsCsv(comparison),
    "pairs.csv": pairsCsv(comparison),
    "classes.csv": classesCsv(comparison),
    "images.csv": imagesCsv(comparison),
    "comparison.json": jsonText(comparisonRecord(comparison)),
    "convergence.svg": curves,
    "comparison.md": comparisonMarkdown(comparison, "convergence.svg"),
    "comparison.html": comparisonPage(comparison, curves),
  };
  for (const [name, text] of Object.entries(files)) writeText(diskFiles, `${folder}/${name}`, text);
  return `${folder}/comparison.html`;
}

function convergence(comparison: Comparison): string {
  const { rows } = comparison;
  const mean = rows.some(({ runs }) => runs.length > 1) ? ", mean over the seeds" : "";
  return convergencePicture(
    `${curvesTitle} over the epochs`,
    `on the validation images${mean}`,
    rows,
  );
}
