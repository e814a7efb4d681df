import { shownName } from "../../data/mod.ts";
import type { Comparison } from "./comparison.ts";

/** What a comparison is of. */
export function headline({ rows, test, trainSize }: Comparison): string {
  const models = rows.length === 1 ? "1 model" : `${rows.length} models`;
  return `${models} on ${test.count} images of ${shownName(test.name)}, trained on ${trainSize}`;
}
