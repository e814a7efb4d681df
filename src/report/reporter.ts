import type { Reporter } from "../run/session.ts";

/** Writes a run's report. What draws it is loaded then: a training starts without it. */
export const reporter: Reporter = async (folder, options) => {
  const { writeReport } = await import("./write_report.ts");
  return await writeReport(folder, options);
};
