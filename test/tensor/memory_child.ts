/**
 * A process whose budget of memory is `WICK_MEMORY_MIB`: it calls what would need far more, prints a line for each call,
 * `NAME: given` or its sentence, and at last the most memory it had, in MiB.
 */
import { messageOf } from "../../src/errors.ts";
import { native } from "../../src/ffi/mod.ts";
import {
  ConvolutionGeometry,
  functional,
  gradients,
  parameter,
  PoolingGeometry,
  Random,
  scope,
  Tensor,
} from "../../src/tensor/mod.ts";

const random = new Random(1, "test/memory");
const many = () => Tensor.zeros([1]).broadcastTo([4294967295]);
const gradientOf = (x: Tensor, y: (x: Tensor) => Tensor) => {
  using leaf = parameter(x);
  return gradients(y(leaf).sum(), [leaf])[0]!;
};

const calls: Record<string, () => Tensor> = {
  "average pooling": () =>
    functional.avgPool2d(Tensor.ones([1, 1, 192, 192]), new PoolingGeometry(64, { stride: 1 })),
  "maximum pooling": () =>
    functional.maxPool2d(Tensor.ones([1, 1, 192, 192]), new PoolingGeometry(64, { stride: 1 })),
  "a wide kernel": () =>
    functional.avgPool2d(
      Tensor.ones([1, 1, 4, 70000]),
      new PoolingGeometry([4, 60000], { stride: 64 }),
    ),
  "average pooling's gradient": () =>
    gradientOf(
      Tensor.ones([1, 1, 1, 40000]),
      (x) => functional.avgPool2d(x, new PoolingGeometry([1, 20000], { stride: 1 })),
    ),
  "every second of many": () => many().slice(0, 0, 2147483647, 2),
  "a convolution far apart": () =>
    functional.conv2d(
      Tensor.ones([1, 16, 4096, 1]),
      Tensor.ones([1, 16, 1, 2]),
      undefined,
      new ConvolutionGeometry({ padding: [0, 2 ** 19], dilation: [1, 2 ** 20] }),
    ),
  "a convolution in large steps": () =>
    functional.conv2d(
      Tensor.ones([1, 1, 1, 2 ** 20]),
      Tensor.ones([1, 1, 1, 2 ** 19]),
      undefined,
      new ConvolutionGeometry({ stride: 2 }),
    ),
  "the weight gradient of many channels": () =>
    gradientOf(
      Tensor.ones([768, 1024, 1, 1]),
      (weight) => functional.conv2d(Tensor.ones([1, 1024, 1, 1]), weight),
    ),
  "random numbers": () => random.normal([10 * 2 ** 20]),
  "too many random numbers": () => random.uniform([20 * 2 ** 20]),
  "dropout": () => functional.dropout(many(), 0.5, random),
  "gather": () => Tensor.zeros([1]).gather(many().cast("u32"), 0),
  "copies": () => many().copy(),
  "sums": () => many().add(many()),
};

native.wick_configure(2); // each thread has scratch memory of its own
for (const [name, call] of Object.entries(calls)) {
  try {
    scope(() => call().shape);
    console.log(`${name}: given`);
  } catch (error) {
    console.log(`${name}: ${messageOf(error)}`);
  }
}
const status = Deno.build.os === "linux" ? Deno.readTextFileSync("/proc/self/status") : "";
console.log(Math.ceil(Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024));
