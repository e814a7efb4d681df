import { assertAlmostEquals, assertEquals } from "@std/assert";
import { completeConfig } from "../../src/config/config.ts";
import {
  bestEpoch,
  epochLine,
  type EpochMetrics,
  epochTimes,
  meanSpeed,
  metricsFile,
  metricsHeader,
  metricsRow,
  outOfPatience,
  trainingSeconds,
} from "../../src/train/metrics.ts";

const epoch = (number: number, val_acc: number, val_loss = 1): EpochMetrics => ({
  epoch: number,
  step: number * 10,
  lr: 0.1,
  train_loss: 0.593,
  train_acc: 0.7841,
  val_loss,
  val_acc,
});
const time = { seconds: 3.1, imagesPerSecond: 16129 };

Deno.test("epochLine() is the line of the conventions", () => {
  const metrics = { ...epoch(1, 0.8302), val_loss: 0.4786 };
  assertEquals(
    epochLine(metrics, 10, time, "fashion-mnist"),
    "epoch  1/10  train_loss 0.5930  train_acc 0.7841  val_loss 0.4786  val_acc 0.8302  3.1 s  16129 images/s",
  );
  assertEquals(epochLine(metrics, 10, time, "synthetic").endsWith("  (SYNTHETIC data)"), true);
});

Deno.test("epochLine() fits a terminal, and keeps what matters most", () => {
  const metrics = { ...epoch(1, 0.8302), val_loss: 0.4786 };
  const lineOf = (columns: number, data: "fashion-mnist" | "synthetic") =>
    epochLine(metrics, 10, time, data, columns);
  const figures = "epoch  1/10  train_loss 0.5930 acc 0.7841  val_loss 0.4786 acc 0.8302";
  assertEquals(lineOf(100, "fashion-mnist"), `${figures}  3.1 s  16129 images/s`);
  assertEquals(lineOf(80, "fashion-mnist"), `${figures}  3.1 s`);
  assertEquals(lineOf(70, "fashion-mnist"), figures);
  const last = "epoch  1/10  val_loss 0.4786 acc 0.8302  (SYNTHETIC data)";
  assertEquals([lineOf(80, "synthetic"), lineOf(20, "synthetic")], [last, last]);
});

Deno.test("epochLine() leaves out what was not measured", () => {
  const { val_acc: _, val_loss: __, ...metrics } = epoch(1, 0);
  assertEquals(
    epochLine(metrics, 2, time, "fashion-mnist"),
    "epoch 1/2  train_loss 0.5930  train_acc 0.7841  3.1 s  16129 images/s",
  );
});

Deno.test("metricsFile() keeps the times of rows that are in the history and drops all others", () => {
  const rows = [epoch(1, 0.5), epoch(2, 0.6), epoch(3, 0.7)].map((row) => metricsRow(row, time));
  const soFar = metricsHeader + rows.join("");
  assertEquals(
    metricsFile([epoch(1, 0.5), epoch(2, 0.6)], soFar),
    metricsHeader + rows[0] + rows[1],
  );
  assertEquals(metricsFile([], soFar), metricsHeader);
});

Deno.test("metricsFile() makes a row again that is cut, changed or missing", () => {
  const row = metricsRow(epoch(1, 0.5), time);
  const untimed = metricsRow(epoch(1, 0.5));
  assertEquals(
    metricsFile([epoch(1, 0.5)], metricsHeader + row.slice(0, 9)),
    metricsHeader + untimed,
  );
  assertEquals(metricsFile([epoch(1, 0.5)], ""), metricsHeader + untimed);
});

Deno.test("metricsFile() takes times over from a file that is older than a metric", () => {
  const older = "epoch,step,lr,train_loss,train_acc,val_loss,seconds,images_per_second\n";
  const soFar = `${older}1,10,0.1,0.593,0.7841,1,3.100,16129\n`;
  assertEquals(
    metricsFile([epoch(1, 0.5)], soFar),
    metricsHeader + metricsRow(epoch(1, 0.5), time),
  );
  assertEquals(epochTimes(soFar), [time]);
});

Deno.test("trainingSeconds() and meanSpeed() count the epochs whose time is known", () => {
  const slow = { seconds: 6.9, imagesPerSecond: 6129 };
  const rows = [metricsRow(epoch(1, 0.5), time), metricsRow(epoch(2, 0.5))];
  const times = epochTimes(metricsHeader + rows.join("") + metricsRow(epoch(3, 0.5), slow));
  assertEquals(times.map((known) => known?.seconds), [3.1, undefined, 6.9]);
  assertEquals(trainingSeconds(times), 10);
  assertAlmostEquals(meanSpeed(times), 9229, 1e-9);
  assertEquals([trainingSeconds([]), meanSpeed([])], [0, 0]);
});

Deno.test("epochTimes() takes what is no time as unknown", () => {
  const columns = metricsHeader.split(",").length - 2;
  const cells = ["Infinity,-3", "1", "1,2,3", "1,x", ","];
  const rows = cells.map((times) => `${"1,".repeat(columns)}${times}\n`);
  assertEquals(epochTimes(metricsHeader + rows.join("")), cells.map(() => undefined));
});

Deno.test("bestEpoch() has the highest accuracy and among equals the lowest loss, or the lowest loss", () => {
  const history = [epoch(1, 0.5, 0.7), epoch(2, 0.7, 0.9), epoch(3, 0.7, 0.8), epoch(4, 0.7, 0.8)];
  assertEquals(bestEpoch(history, "accuracy")?.epoch, 3);
  assertEquals(bestEpoch(history, "loss")?.epoch, 1);
  assertEquals(bestEpoch([], "loss"), undefined);
});

Deno.test("bestEpoch() is the last one without validation", () => {
  const history = [1, 2].map((number) => {
    const { val_acc: _, val_loss: __, ...metrics } = epoch(number, 0);
    return metrics;
  });
  assertEquals(bestEpoch(history, "accuracy")?.epoch, 2);
});

Deno.test("outOfPatience() waits as many epochs as it was told", () => {
  const config = completeConfig({ model: "linear", earlyStopping: 2 }, "synthetic");
  const history = [epoch(1, 0.5), epoch(2, 0.7), epoch(3, 0.6)];
  assertEquals(outOfPatience(history, config), false);
  assertEquals(outOfPatience([...history, epoch(4, 0.7)], config), true);
  assertEquals(outOfPatience(history, { ...config, earlyStopping: 0 }), false);
});
