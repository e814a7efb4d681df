import { shownName } from "../../data/mod.ts";
import type { Comparison } from "./comparison.ts";
import { counted } from "../../printable.ts";

/** What a comparison is of. */
export function headline({ rows, test, trainSize }: Comparison): string {
  const models = counted(rows.length, "model");
  return `${models} on ${counted(test.count, "image")} of ${
    shownName(test.name)
  }, trained on ${trainSize}`;
}
