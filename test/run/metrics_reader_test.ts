import { assertEquals, assertThrows } from "@std/assert";
import { UserError } from "../../src/errors.ts";
import { type EpochMetrics, metricsHeader, metricsRow } from "../../src/train/metrics.ts";
import { parseMetrics } from "../../src/run/metrics_reader.ts";

const row = (epoch: number): EpochMetrics => ({
  epoch,
  step: 10 * epoch,
  lr: 1e-7,
  train_loss: 0.1 + 0.2,
  train_acc: 2 / 3,
  val_loss: 1e21,
  val_acc: 1,
});
const time = { seconds: 1.5, imagesPerSecond: 100 };

Deno.test("parseMetrics() gives back every figure to the last bit", () => {
  const { val_loss: _, val_acc: __, ...unvalidated } = row(2);
  const text = metricsHeader + metricsRow(row(1), time) + metricsRow(unvalidated);
  assertEquals(parseMetrics(text, "metrics.csv"), [row(1), unvalidated]);
});

Deno.test("parseMetrics() reads a file that is older than a metric", () => {
  const { val_acc: _, ...older } = row(1);
  const header = metricsHeader.replace(",val_acc", "");
  const text = `${header}${Object.values(older).join(",")},1.500,100\n`;
  assertEquals(parseMetrics(text, "metrics.csv"), [older]);
});

const good = metricsRow(row(1), time);
const refused: [what: string, text: string, message: string][] = [
  ["nothing", "", "does not begin with its header"],
  ["another header", `a,b\n${good}`, "does not begin with its header"],
  ["an unknown metric", metricsHeader.replace("val_acc", "val_a") + good, "with its header"],
  ["a header without times", `epoch,step,lr\n${good}`, "with its header"],
  ["columns in another order", metricsHeader.replace("epoch,step", "step,epoch"), "its header"],
  ["a cut last line", metricsHeader + good.slice(0, -1), "or end with a line"],
  ["a cell too many", metricsHeader + good.replace("\n", ",1\n"), "damaged at line 2"],
  ["a cell too few", `${metricsHeader}1,2,3\n`, "damaged at line 2: 1,2,3"],
  ["a word", metricsHeader + good.replace("1e-7", "fast"), "damaged at line 2"],
  ["an epoch missing", metricsHeader + metricsRow(row(2), time), "damaged at line 2"],
  ["an epoch twice", metricsHeader + good + good, "damaged at line 3"],
  ["a fraction of an epoch", metricsHeader + good.replace("1,10", "1.5,10"), "line 2"],
];
for (const [what, text, message] of refused) {
  Deno.test(`parseMetrics() refuses ${what}`, () => {
    assertThrows(() => parseMetrics(text, "metrics.csv"), UserError, message);
  });
}
