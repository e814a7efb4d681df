import { configRecord, shownConfig, type TrainConfig } from "../config/mod.ts";
import { markOf } from "../data/mod.ts";
import { markup } from "../html/mod.ts";
import { columns, definitions, page, picture, section, table } from "./page.ts";
import { textEntries } from "./text_entries.ts";

/** What a learning-rate range test found. */
export interface RateReportContent {
  /** What it tells, in one sentence. */
  readonly verdict: string;
  /** The curve as SVG. */
  readonly curve: string;
  /** A row of names, and rows of losses at rates. */
  readonly rows: readonly (readonly string[])[];
}

/** The report of a learning-rate range test as one page of HTML. */
export function rateReport(
  config: TrainConfig,
  { verdict, curve, rows }: RateReportContent,
): string {
  const title = `Learning-rate range test of ${config.model}`;
  const [head, ...losses] = rows;
  return page(
    title,
    markup`<h1>${title}</h1><p>${verdict}${markOf(config.data)}</p>
${
      columns(
        section("Losses", picture(curve), table("losses", head, losses)),
        section("Config", definitions(textEntries(shownConfig(configRecord(config))))),
      )
    }`,
  );
}
