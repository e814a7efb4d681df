import { assert, assertEquals, assertThrows } from "@std/assert";
import { adam, adamw, type Optimizer, rmsprop, sgd } from "../../src/nn/mod.ts";
import { native } from "../../src/ffi/mod.ts";
import {
  type DType,
  liveTensors,
  parameter,
  Random,
  scope,
  type Shape,
  Tensor,
} from "../../src/tensor/mod.ts";

const random = new Random(3, "test/layouts");
const shape: Shape = [6, 5];

/** Tensors of that shape and those values, each in another layout. */
const layouts: Record<string, (values: Tensor) => Tensor> = {
  "row-major": (values) => values.copy(),
  "transposed": (values) => values.transpose().copy().transpose(),
  "images innermost": (values) =>
    identity(values.dtype).matmul(values.transpose().copy().transpose()),
  "with gaps": (values) => within(values, Tensor.zeros([6, 9], values).slice(1, 3, 5)),
  "transposed with gaps": (values) =>
    within(values, Tensor.zeros([7, 9], values).slice(1, 1, 6).slice(0, 2, 5).transpose()),
};

const identity = (dtype: DType) =>
  Tensor.from(Array.from({ length: 36 }, (_, i) => Number(i % 7 === 0)), [6, 6], { dtype });

function within(values: Tensor, place: Tensor): Tensor {
  place.assign(values);
  return place;
}

const optimizers: Readonly<Record<string, Optimizer>> = {
  "sgd": sgd({ lr: 0.1, weightDecay: 0.01 }),
  "sgd, Nesterov, clipped": sgd({ lr: 0.1, momentum: 0.9, nesterov: true, clipGradNorm: 0.5 }),
  "adam, clipped": adam({ lr: 0.1, weightDecay: 0.01, clipGradNorm: 0.5 }),
  "adamw": adamw({ lr: 0.1, weightDecay: 0.01 }),
  "rmsprop": rmsprop({ lr: 0.1 }),
  "rmsprop, momentum, clipped": rmsprop({ lr: 0.1, momentum: 0.5, clipGradNorm: 0.5 }),
};

for (const form of ["own", "device-generic"]) {
  const test = (name: string, work: () => void) =>
    Deno.test(`${name} (the ${form} form)`, () => {
      const before = liveTensors();
      native.wick_force_generic(Number(form === "device-generic"));
      try {
        scope(work);
      } finally {
        native.wick_force_generic(0);
      }
      assertEquals(liveTensors(), before);
    });

  for (const [title, chosen] of Object.entries(optimizers)) {
    test(`two steps of ${title} are the same in every layout`, () => {
      const step = (parameterLayout: string, gradientLayout: string) => {
        const weight = layouts[parameterLayout]!(random.uniform(shape, -1, 1));
        using tensor = parameter(weight);
        using optimizer = chosen.init([{ name: "weight", tensor }]);
        for (const index of [1, 2]) {
          const gradient = random.at({ index }).uniform(shape, -1, 1);
          optimizer.step([layouts[gradientLayout]!(gradient)]);
        }
        return tensor.read();
      };
      const expected = step("row-major", "row-major");
      for (const ours of Object.keys(layouts)) {
        for (const theirs of Object.keys(layouts)) {
          assertEquals(step(ours, theirs), expected, `${ours} parameter, ${theirs} gradient`);
        }
      }
    });
  }

  test("assign() overwrites a tensor of any type in every layout, and nothing around it", () => {
    for (const dtype of ["u8", "u32", "i64", "f32", "f64"] as const) {
      const values = Array.from({ length: 30 }, (_, i) => i + 1);
      for (const [name, layout] of Object.entries(layouts)) {
        if (name === "images innermost" && !dtype.startsWith("f")) continue;
        const target = layout(Tensor.zeros(shape, { dtype }));
        target.assign(Tensor.from(values, shape, { dtype }));
        assertEquals(target.numbers(), values, `${dtype}, ${name}`);
        target.assign(Tensor.from(values, [5, 6], { dtype }).transpose());
        assertEquals(target.slice(0, 0, 1).numbers(), [1, 7, 13, 19, 25], `${dtype}, ${name}`);
      }
      const whole = Tensor.full([4, 4, 3], 9, { dtype });
      const part = whole.slice(0, 1, 2).slice(1, 1, 2).permute([2, 0, 1]);
      part.assign(Tensor.from(values.slice(0, 12), [3, 2, 2], { dtype }));
      assertEquals(part.numbers(), values.slice(0, 12));
      assertEquals(whole.numbers().filter((value) => value === 9).length, 48 - 12 + 1, dtype);
    }
  });

  test("assign() reads its source before it writes, where they share memory", () => {
    const x = Tensor.from([[1, 2], [3, 4]]);
    x.assign(x.transpose());
    assertEquals(x.numbers(), [1, 3, 2, 4]);
    const y = Tensor.from([1, 2, 3, 4]);
    y.slice(0, 1, 3).assign(y.slice(0, 0, 3));
    assertEquals(y.numbers(), [1, 1, 2, 3]);
    assertThrows(
      () => Tensor.zeros([1]).broadcastTo([3]).assign(Tensor.ones([3])),
      Error,
      "Cannot write into a tensor of shape [3] that was broadcast: copy it first",
    );
  });

  /** The gradients after clipping them to a norm. */
  const clipped = (limit: number, ...gradients: Tensor[]): number[][] => {
    const named = gradients.map(({ shape }, i) => ({ name: `${i}`, tensor: Tensor.zeros(shape) }));
    using optimizer = sgd({ clipGradNorm: limit }).init(named);
    optimizer.step(gradients, 0);
    return gradients.map((gradient) =>
      gradient.numbers().map((value) => Math.round(value * 1e4) / 1e4)
    );
  };

  test("clipping scales gradients in every layout, and memory that two of them share once", () => {
    for (const layout of Object.values(layouts)) {
      const gradient = layout(Tensor.ones(shape));
      assertEquals(clipped(1, gradient), [new Array(30).fill(0.1826)]);
    }
    const product = Tensor.ones([128, 64]).matmul(Tensor.ones([64, 4]));
    assert(clipped(1, product)[0]!.every((value) => value === 0.0442));
    assertEquals(clipped(1, Tensor.full([1], 2).broadcastTo([4])), [[0.5, 0.5, 0.5, 0.5]]);
    const twice = Tensor.from([3, 4]);
    assertEquals(clipped(1, twice, twice.detach()), [[0.4243, 0.5657], [0.4243, 0.5657]]);
    const whole = Tensor.from([0, 3, 4]);
    const parts = [whole.slice(0, 0, 2), whole.slice(0, 1, 2)];
    assertEquals(clipped(1, ...parts), [[0, 0.5145], [0.5145, 0.686]]);
  });

  test("a gradient that is NaN or infinite reaches every other by clipping, as in PyTorch", () => {
    const [nan, other] = clipped(1, Tensor.from([NaN, 1]), Tensor.from([2]));
    assertEquals([nan, other], [[NaN, NaN], [NaN]]);
    const [infinite, beside] = clipped(1, Tensor.from([Infinity, 1]), Tensor.from([2]));
    assertEquals([infinite, beside], [[NaN, 0], [0]]);
  });

  test("a gradient may share memory with its parameter", () => {
    using tensor = parameter(Tensor.from([1, 2]));
    using optimizer = sgd({ lr: 0.5 }).init([{ name: "w", tensor }]);
    optimizer.step([tensor.detach()]);
    assertEquals(tensor.numbers(), [0.5, 1]);
  });
}
