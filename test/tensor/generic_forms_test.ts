import {
  functional,
  noGradients,
  Random,
  scope,
  Tensor,
  type TensorOptions,
} from "../../src/tensor/mod.ts";
import { accumulateMetrics } from "../../src/tensor/mod.ts";
import { assertGenericAgrees } from "./generic_forms.ts";

const random = new Random(4, "test/generic");
const options = { dtype: "f32" } as const satisfies TensorOptions;

/** Operations without a gradient: the others are in operations_test.ts. */
const operations: Record<string, (x: Tensor, y: Tensor) => Tensor[]> = {
  "comparisons": (x, y) => [x.eq(y), x.ne(y), x.lt(y), x.le(y), x.gt(y), x.ge(y), x.eq(x)],
  "argmax()": (x) => [x.argmax(0), x.argmax(1, true)],
  "cast()": (x) => [x.mul(50).cast("i64"), x.abs().mul(50).cast("u8"), x.cast("f64")],
  "copies": (x, y) => {
    x.assign(y.transpose().transpose());
    return [x, x.copy(), x.to("cpu")];
  },
  "accumulateMetrics()": (x, y) => {
    const totals = Tensor.from([1, 2, 3], [3], { dtype: "f64" });
    const labels = Tensor.from(Uint8Array.of(0, 1, 2, 3, 4));
    accumulateMetrics(totals, y.mean(), x, labels);
    return [totals];
  },
  "foldBatchNorm()": (x, y) => {
    const [weight, bias, mean, squares] = [0, 1, 2, 3].map((i) => y.slice(0, i, 1).reshape([7]));
    const given = { weight, bias, mean, variance: squares.square() };
    const columns = x.transpose().copy();
    return [undefined, mean].flatMap((layerBias) =>
      Object.values(functional.foldBatchNorm(columns, layerBias, given, 1e-3))
    );
  },
  "the running statistics of batchNorm()": (x, y) => {
    const running = { mean: Tensor.zeros([7]), variance: Tensor.ones([7]), momentum: 0.3 };
    const [weight, bias] = [y.slice(0, 0, 1), y.slice(0, 1, 1)].map((row) => row.reshape([7]));
    return [
      functional.batchNorm(x, weight, bias, 1e-5, running),
      running.mean,
      running.variance,
    ];
  },
};

for (const [name, apply] of Object.entries(operations)) {
  Deno.test(`${name}: the device-generic form agrees`, () => {
    const run = () =>
      scope(() =>
        noGradients(() => {
          const x = random.uniform([5, 7], -1, 1, options);
          const y = random.at({ index: 1 }).uniform([5, 7], -1, 1, options);
          return apply(x, y).map((result) => result.numbers());
        })
      );
    assertGenericAgrees(run, name);
  });
}
