/** The files of a run folder that are served as they are. */
export const runFiles = [
  "report.html",
  "config.json",
  "environment.json",
  "metrics.csv",
  "summary.json",
  "confusion_matrix.json",
] as const;
