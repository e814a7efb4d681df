import { aligned, flagName, type Screen } from "../cli/mod.ts";
import type { RunOptions, TrainConfig } from "../config/mod.ts";
import { markOf, type TrainingData } from "../data/mod.ts";
import { messageOf, UserError } from "../errors.ts";
import type { AnyModel } from "../models/mod.ts";
import { modelOf, rateTest, recipeOf, steepestRate } from "../train/mod.ts";
import { diskFiles, writeText } from "../storage/mod.ts";

/** Rows of the table. */
const rows = 20;

/**
 * Tries rates from low to high, a step each, prints the losses, and draws them into a picture and a report
 * beside the run folders. Returns the exit code.
 */
export async function lrFind(
  config: TrainConfig,
  model: AnyModel,
  { train }: TrainingData,
  { outputDir }: RunOptions,
  screen: Screen,
): Promise<number> {
  const points = rateTest(modelOf(config, model), recipeOf(config, model), train);
  if (points.length === 0) {
    throw new UserError("The loss of the first step is not finite: no learning rate can be found");
  }
  const mark = markOf(config.data);
  const every = Math.max(1, Math.floor(points.length / rows));
  const shown = points.filter((_, i) => i % every === every - 1 || i === points.length - 1);
  const table = [
    ["lr", "loss", "mean"],
    ...shown.map(({ lr, loss, smoothed }) => [
      lr.toExponential(2),
      loss.toFixed(4),
      smoothed.toFixed(4),
    ]),
  ];
  for (const line of aligned(table, () => false)) screen.line(line);
  const suggested = steepestRate(points);
  const verdict = suggested === undefined
    ? "the loss does not fall at any rate"
    : `the loss falls fastest at ${suggested.toExponential(1)}`;
  const flag = suggested === undefined
    ? ""
    : `: try --${flagName("lr")} ${Number(suggested.toPrecision(1))} or less`;
  screen.line(`${verdict}${flag}${mark}`);
  const { rateCurvePicture } = await import("../picture/mod.ts");
  const { rateReport } = await import("../report/mod.ts");
  const { model: name, opt, batchSize, accumulate, seed } = config;
  const picture = rateCurvePicture({
    title: `Learning-rate range test of ${name}`,
    subtitle: `${opt}, ${batchSize * accumulate} images a step: ${verdict}${mark}`,
    points,
    suggested,
  });
  const report = rateReport(config, { verdict: verdict + flag, curve: picture, rows: table });
  const path = `${outputDir}/lr-find-${name}-${opt}-s${seed}`;
  try {
    Deno.mkdirSync(outputDir, { recursive: true });
  } catch (error) {
    throw new UserError(`Cannot make ${outputDir}: ${messageOf(error)}`, { cause: error });
  }
  for (const [ending, text] of [["svg", picture], ["html", report]]) {
    writeText(diskFiles, `${path}.${ending}`, text);
    screen.line(`${path}.${ending}`);
  }
  return 0;
}
