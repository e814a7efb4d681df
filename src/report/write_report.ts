import { loadTest, type TestData } from "../data/mod.ts";
import { UserError } from "../errors.ts";
import { layerTable, parameterCount } from "../nn/mod.ts";
import type { Device } from "../tensor/mod.ts";
import { diskFiles, type Files, writeText } from "../storage/mod.ts";
import { confusionCounts, predictions } from "../train/mod.ts";
import {
  findWeights,
  loadModel,
  readRun,
  refuseOtherData,
  type RunRecord,
  type Summary,
} from "../run/mod.ts";
import { calibration } from "../statistics/mod.ts";
import { report, type ReportContent } from "./report.ts";
import { runCurves, type TestedModel, testPictures } from "./run_pictures.ts";

/** How a report is made. */
export interface ReportOptions {
  /** The test images, where they are in memory already. */
  readonly test?: TestData;
  /** The folder of the data files, where the test images have to be loaded. */
  readonly dataDir?: string;
  /** The command that resumes an unfinished run. */
  readonly resumeCommand: string;
  /** Where the model computes; by default where it was trained. */
  readonly device?: Device;
  readonly files?: Files;
  /** Hears of checkpoints that cannot be used. */
  readonly tell?: (text: string) => void;
}

/**
 * Writes report.html, curves.svg and, for a finished run, confusion_matrix.svg into a run folder,
 * whose lock the caller holds. Returns the report's path; throws a UserError where it cannot.
 */
export async function writeReport(folder: string, options: ReportOptions): Promise<string> {
  const { resumeCommand, files = diskFiles, tell = console.error } = options;
  const record = readRun(folder, { tell });
  const curves = runCurves(record);
  const tested = record.summary && await test(record, record.summary, options);
  if (curves !== undefined) writeText(files, `${folder}/curves.svg`, curves);
  if (tested) writeText(files, `${folder}/confusion_matrix.svg`, tested.pictures.confusion);
  const path = `${folder}/report.html`;
  writeText(files, path, report(record, { curves, tested, resumeCommand }));
  return path;
}

async function test(
  { folder, config }: RunRecord,
  { confusion_matrix, data_sha256 }: Summary,
  { test, dataDir, device = config.device }: ReportOptions,
): Promise<ReportContent["tested"]> {
  const set = test ?? await loadTest({ data: config.data, dataDir });
  refuseOtherData(folder, data_sha256, set.digests);
  using model = loadModel(await findWeights(folder), device);
  const tested = { model, set, predictions: predictions(model, set, { device }) };
  // On the CPU the same weights and images give the same counts; a difference means damage.
  if (config.device === "cpu" && device === "cpu") {
    refuseOtherCounts(folder, tested, confusion_matrix);
  }
  return {
    pictures: testPictures(config, confusion_matrix, tested),
    calibration: calibration(tested.predictions.confidence, tested.predictions.correct),
    parameters: parameterCount(model),
    layers: layerTable(model.layer, [set.channels, set.height, set.width]),
  };
}

function refuseOtherCounts(
  folder: string,
  { set, predictions: { predicted } }: TestedModel,
  confusion: readonly (readonly number[])[],
): void {
  const counts = confusionCounts(set.labels, predicted, confusion.length);
  if (counts.every((row, i) => row.every((count, j) => count === confusion[i][j]))) return;
  throw new UserError(
    `${folder}/summary.json and the best weights disagree: one of them was changed after the run`,
  );
}
