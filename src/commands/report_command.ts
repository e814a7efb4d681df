import { lockRun, readConfig } from "../run/mod.ts";
import { configureThreads } from "../ffi/mod.ts";
import { optionsSchema } from "../config/mod.ts";
import { resumeCommand } from "./train_command.ts";
import { type ReportFlags, reportFlagsSchema } from "./report_flags.ts";
import { writeReport } from "../report/mod.ts";

/** Writes the report of a run folder anew and returns its path. */
export async function reportCommand(
  path: string,
  given: ReportFlags,
  tell: (text: string) => void,
): Promise<string> {
  const { device, dataDir, threads } = reportFlagsSchema.parse(given);
  configureThreads(threads);
  const folder = path.replace(/(?<=.)\/+$/, "");
  readConfig(folder); // throws where it is no run folder, before a lock is left in it
  using _lock = lockRun(folder);
  const options = optionsSchema.parse({ dataDir, threads });
  return await writeReport(folder, {
    device,
    dataDir,
    resumeCommand: resumeCommand(folder, options),
    tell,
  });
}
