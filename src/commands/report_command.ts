import { z } from "zod";
import { changedModule, isStudy, lockRun, readRun, restoreModule } from "../run/mod.ts";
import { configureThreads } from "../ffi/mod.ts";
import { configSchema, optionsSchema } from "../config/mod.ts";
import { UsageError } from "../errors.ts";
import { importModel } from "../models/mod.ts";
import { diskFiles } from "../storage/mod.ts";
import { resumeCommand } from "./train_command.ts";
import { printable } from "../printable.ts";
import { writeReport, writeStudyReport } from "../report/mod.ts";
import { Ledger, readStudy } from "../study/mod.ts";

const { dataDir, threads } = optionsSchema.shape;

/** Flags of `report`. */
export const reportFlagsSchema = z.strictObject({
  model: z.string().min(1).optional().meta({ placeholder: "MODULE.ts" })
    .describe("module of a model of one's own, to put back where the run's copy is gone"),
  device: configSchema.shape.device,
  dataDir,
  threads,
});

/** Writes the report of a run folder, or of a study's folder, anew and returns its path. */
export async function reportCommand(
  path: string,
  given: Partial<z.output<typeof reportFlagsSchema>>,
  tell: (text: string) => void,
): Promise<string> {
  const { model, device, dataDir, threads } = reportFlagsSchema.parse(given);
  configureThreads(threads);
  if (isStudy(path)) {
    using ledger = Ledger.open(path.replace(/(?<=.)\/+$/, ""), { readOnly: true });
    return writeStudyReport(readStudy(ledger));
  }
  const record = readRun(path); // throws where it is no run folder, before a lock is left in it
  const { folder } = record;
  const changed = changedModule(record);
  if (changed !== undefined) tell(printable(`warning: ${changed}`));
  using _lock = lockRun(folder);
  if (model !== undefined) {
    const { config } = record;
    if (config.modelFiles === undefined) {
      throw new UsageError(
        `--model is for a model of one's own, and ${folder} is of ${config.model}`,
      );
    }
    restoreModule(diskFiles, folder, config, await importModel(model, config.modelFiles));
  }
  const options = optionsSchema.parse({ dataDir, threads });
  return await writeReport(folder, {
    device,
    dataDir,
    resumeCommand: resumeCommand(folder, options),
    tell,
  });
}
