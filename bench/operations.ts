/** Times wick's operations one by one, forward and forward with gradients, at the sizes of the models. */
import { z } from "zod";
import { Command } from "../src/cli/mod.ts";
import { runTask } from "../src/errors.ts";
import { crossEntropy } from "../src/nn/mod.ts";
import {
  ConvolutionGeometry,
  functional,
  gradients,
  parameter,
  PoolingGeometry,
  Random,
  scope,
  Tensor,
} from "../src/tensor/mod.ts";
import { mainOf } from "../tasks/main.ts";
import { spread } from "./spread.ts";
import { program } from "../src/program.ts";

/** An operation at a size: what goes in, and how to call it. */
interface Operation {
  readonly name: string;
  readonly inputs: readonly (readonly number[])[];
  readonly forward: (...inputs: Tensor[]) => Tensor;
}

const ROUNDS = 5;
const SECONDS = 0.1;

const padded = new ConvolutionGeometry({ padding: 1 });
const halves = new PoolingGeometry(2);

const labels = (batch: number) =>
  Tensor.from(Uint32Array.from({ length: batch }, (_, i) => i % 10));

const operations = (batch: number): Operation[] => [
  {
    name: "conv2d 1 -> 10, 28 x 28",
    inputs: [[batch, 1, 28, 28], [10, 1, 3, 3], [10]],
    forward: (x, weight, bias) => functional.conv2d(x, weight, bias, padded),
  },
  {
    name: "conv2d 10 -> 10, 28 x 28",
    inputs: [[batch, 10, 28, 28], [10, 10, 3, 3], [10]],
    forward: (x, weight, bias) => functional.conv2d(x, weight, bias, padded),
  },
  {
    name: "conv2d 32 -> 64, 14 x 14",
    inputs: [[batch, 32, 14, 14], [64, 32, 3, 3], [64]],
    forward: (x, weight, bias) => functional.conv2d(x, weight, bias, padded),
  },
  {
    name: "maxPool2d 2, 10 x 28 x 28",
    inputs: [[batch, 10, 28, 28]],
    forward: (x) => functional.maxPool2d(x, halves),
  },
  {
    name: "linear 784 -> 10",
    inputs: [[batch, 784], [10, 784], [10]],
    forward: (x, weight, bias) => functional.linear(x, weight, bias),
  },
  {
    name: "linear 784 -> 128",
    inputs: [[batch, 784], [128, 784], [128]],
    forward: (x, weight, bias) => functional.linear(x, weight, bias),
  },
  { name: "relu 10 x 28 x 28", inputs: [[batch, 10, 28, 28]], forward: (x) => x.relu() },
  { name: "crossEntropy", inputs: [[batch, 10]], forward: (x) => crossEntropy(x, labels(batch)) },
];

/** Microseconds a call. */
function time(work: () => void) {
  const rounds = Array.from({ length: ROUNDS + 1 }, () => {
    let calls = 0;
    const start = performance.now();
    while (performance.now() - start < SECONDS * 1000) {
      work();
      calls++;
    }
    return (performance.now() - start) * 1000 / calls;
  });
  return spread(rounds.slice(1));
}

const command = new Command(z.strictObject({}), {
  usage:
    `${program} bench:operations\n\nTimes wick's operations one by one, in batches of 32 and 256.`,
});

const main = mainOf(command, () => {
  console.log("operation, batch: microseconds forward; forward with all gradients (median, range)");
  for (const batch of [32, 256]) {
    for (const { name, inputs, forward } of operations(batch)) {
      const random = new Random(0, "bench");
      const tensors = inputs.map((shape, i) => random.at({ index: i }).normal(shape, 0, 0.1));
      const leaves = tensors.map((tensor) => parameter(tensor));
      const plain = time(() => scope(() => void forward(...tensors)));
      const whole = time(() => scope(() => void gradients(forward(...leaves).sum(), leaves)));
      const text = [plain, whole].map(({ median, low, high }) =>
        `${median.toFixed(1)} (${low.toFixed(1)} to ${high.toFixed(1)})`
      );
      console.log(`${name}, ${batch}: ${text.join("; ")}`);
    }
  }
});

if (import.meta.main) await runTask(main);
