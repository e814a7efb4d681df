/** Reports of runs and comparisons. @module */
export { compareRuns } from "./comparison/comparison.ts";
export { evaluateRun } from "./comparison/evaluated_run.ts";
export { writeComparison } from "./comparison/files.ts";
export { finishedRuns, newestRuns, refuseDifferentData } from "./comparison/finished_runs.ts";
export { comparisonText } from "./comparison/text.ts";
export { rateReport } from "./rate_report.ts";
export { writeStudyReport } from "./study_report.ts";
export { writeReport } from "./write_report.ts";
