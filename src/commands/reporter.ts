import type { Reporter } from "../run/mod.ts";

/** Writes a run's report. What draws it is loaded then: a training starts without it. */
export const reporter: Reporter = async (folder, options) => {
  const { writeReport } = await import("../report/mod.ts");
  return await writeReport(folder, options);
};
