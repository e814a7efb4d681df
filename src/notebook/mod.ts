/** What a notebook shows: pictures, tables, and trainings while they run. @module */

export { LiveComparison } from "./live_comparison.ts";
export { LiveTraining } from "./live_training.ts";
export { show, showTable, type TableRow } from "./show.ts";
