import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  concat,
  differentiable,
  gradients,
  liveTensors,
  noGradients,
  parameter,
  scope,
  Tensor,
} from "../../src/tensor/mod.ts";

Deno.test("gradients() follow the chain rule through shared parts", () => {
  using x = parameter(Tensor.from([1, 2, 3]));
  const found = scope(() => {
    const square = x.square();
    return gradients(square.mul(x).add(square).sum(), [x])[0].numbers();
  });
  assertEquals(found, [5, 16, 33]);
});

Deno.test("gradients() of a broadcast operand are summed to its shape", () => {
  using row = parameter(Tensor.from([1, 2, 3]));
  using scalar = parameter(Tensor.from([2], []));
  scope(() => {
    const table = Tensor.ones([2, 3]).mul(row).mul(scalar);
    const [byRow, byScalar] = gradients(table.sum(), [row, scalar]);
    assertEquals(byRow.numbers(), [4, 4, 4]);
    assertEquals(byScalar.shape, []);
    assertEquals(byScalar.item(), 12);
  });
});

Deno.test("gradients() come in the order of the parameters, and unused ones are zero", () => {
  using a = parameter(Tensor.from([1, 2]));
  using b = parameter(Tensor.from([[1], [2]]));
  using c = parameter(Tensor.from([5, 6]));
  scope(() => {
    const found = gradients(a.mul(c).sum(), [b, c, a]);
    assertEquals(found.map((gradient) => gradient.numbers()), [[0, 0], [1, 2], [5, 6]]);
    assertEquals(found[0].shape, [2, 1]);
  });
});

Deno.test("gradients() of unused parameters leave the tape as it was", () => {
  using a = parameter(Tensor.from([1, 2]));
  using b = parameter(Tensor.from([5, 6]));
  scope(() => {
    const loss = a.square().sum();
    assertEquals(gradients(loss, [b])[0].numbers(), [0, 0]);
    assertEquals(gradients(loss.mul(3), [a])[0].numbers(), [6, 12]);
  });
});

Deno.test("gradients() of a loss that is itself a parameter are one", () => {
  using x = parameter(Tensor.from([3], []));
  using gradient = gradients(x, [x])[0];
  assertEquals(gradient.item(), 1);
});

Deno.test("gradients() are contiguous and share no storage with each other", () => {
  using a = parameter(Tensor.from([[1, 2], [3, 4]]));
  using b = parameter(Tensor.from([[1, 2], [3, 4]]));
  scope(() => {
    const [first, second] = gradients(a.add(b).add(a.transpose()).sum(), [a, b]);
    first.assign(Tensor.zeros([2, 2]));
    assertEquals(second.numbers(), [1, 1, 1, 1]);
    const [again, same] = gradients(a.square().sum(), [a, a]);
    again.assign(Tensor.zeros([2, 2]));
    assertEquals(same.numbers(), [2, 4, 6, 8]);
  });
});

Deno.test("gradients() of one tensor added to itself count twice", () => {
  using x = parameter(Tensor.from([1, 2]));
  const found = scope(() => gradients(x.add(x).sum(), [x])[0].numbers());
  assertEquals(found, [2, 2]);
});

Deno.test("gradients() ask no operation for what leads to no wanted parameter", () => {
  using a = parameter(Tensor.from([1]));
  using b = parameter(Tensor.from([2]));
  const asked: boolean[][] = [];
  const product = (x: Tensor, y: Tensor) =>
    differentiable([x, y], (x, y) => x.mul(y), (gradient, wanted) => {
      asked.push([wanted.wants(0), wanted.wants(1)]);
      return [
        wanted.wants(0) ? gradient.mul(y) : undefined,
        wanted.wants(1) ? gradient.mul(x) : undefined,
      ];
    });
  scope(() => {
    assertEquals(gradients(product(a, b).sum(), [b])[0].numbers(), [1]);
    assertEquals(gradients(product(a, b.square()).sum(), [a])[0].numbers(), [4]);
  });
  assertEquals(asked, [[false, true], [true, false]]);
});

Deno.test("gradients() go through a tape of 20,000 operations", () => {
  using x = parameter(Tensor.from([1], []));
  const found = scope(() => {
    let y: Tensor = x;
    for (let i = 0; i < 20_000; i++) y = y.add(0);
    return gradients(y, [x])[0].item();
  });
  assertEquals(found, 1);
});

Deno.test("gradients() throw where the loss is not one number", () => {
  using x = parameter(Tensor.from([1, 2]));
  scope(() => assertThrows(() => gradients(x.mul(2), [x]), RangeError, "shape [2]"));
});

Deno.test("gradients() throw where the loss depends on no parameter", () => {
  using x = parameter(Tensor.from([1, 2]));
  scope(() => {
    assertThrows(() => gradients(x.detach().sum(), [x]), RangeError, "depends on no parameter");
    const loss = noGradients(() => x.sum());
    assertThrows(() => gradients(loss, [x]), RangeError, "depends on no parameter");
  });
});

Deno.test("gradients() throw for a tensor that is no parameter", () => {
  using x = parameter(Tensor.from([1, 2]));
  using y = Tensor.from([1, 2]);
  scope(() => assertThrows(() => gradients(x.mul(y).sum(), [y]), TypeError, "no parameter"));
});

Deno.test("gradients() throw when the same tape is walked twice", () => {
  using x = parameter(Tensor.from([1, 2]));
  scope(() => {
    const loss = x.square().sum();
    gradients(loss, [x]);
    assertThrows(() => gradients(loss, [x]), ReferenceError, "compute the loss again");
  });
});

Deno.test("gradients() throw when a tensor on the way was disposed", () => {
  using x = parameter(Tensor.from([1, 2]));
  scope(() => {
    const square = x.square();
    const loss = square.sum();
    square.dispose();
    assertThrows(() => gradients(loss, [x]), ReferenceError, "freed");
  });
});

Deno.test("gradients() free what they used when a backward function throws", () => {
  using x = parameter(Tensor.from([1, 2]));
  const before = liveTensors();
  const broken = (y: Tensor) =>
    differentiable([y], (y) => y.exp(), () => {
      throw new Error("broken");
    });
  scope(() => assertThrows(() => gradients(broken(x.exp()).exp().sum(), [x]), Error, "broken"));
  assertEquals(liveTensors(), before);
  const found = scope(() => gradients(x.sum(), [x])[0].numbers());
  assertEquals(found, [1, 1]);
});

Deno.test("parameter() throws on integers and on computed tensors", () => {
  using x = parameter(Tensor.from([1, 2]));
  using u = Tensor.from(Uint8Array.of(1));
  assertThrows(() => parameter(u), TypeError, "u8");
  scope(() => assertThrows(() => parameter(x.mul(2)), TypeError, "detach()"));
});

Deno.test("differentiable() adds an operation with a gradient of its own", () => {
  const quantize = (x: Tensor) =>
    differentiable([x], (x) => x.mul(2).cast("i64").cast("f32").div(2), (gradient) => [gradient]);
  using x = parameter(Tensor.from([0.3, 0.7, 1.4]));
  const before = liveTensors();
  scope(() => {
    const y = quantize(x);
    assertEquals(y.numbers(), [0, 0.5, 1]);
    assertEquals(gradients(y.square().sum(), [x])[0].numbers(), [0, 1, 2]);
  });
  assertEquals(liveTensors(), before);
});

Deno.test("differentiable() may give an input itself as a gradient", () => {
  const dot = (x: Tensor, y: Tensor) =>
    differentiable([x, y], (x, y) => x.mul(y).sum(), () => [y, x]);
  using x = parameter(Tensor.from([1, 2]));
  using y = parameter(Tensor.from([3, 4]));
  scope(() => {
    const found = gradients(dot(x, y.mul(1)), [x, y]);
    assertEquals(found.map((gradient) => gradient.numbers()), [[3, 4], [1, 2]]);
    found[1].assign(Tensor.zeros([2]));
    assertEquals(x.numbers(), [1, 2]);
  });
});

Deno.test("differentiable() throws where a gradient has the wrong shape or is missing", () => {
  using x = parameter(Tensor.from([1, 2]));
  const wrong = (gradient: (g: Tensor) => Tensor | undefined) =>
    scope(() => {
      const y = differentiable([x], (x) => x.exp(), (g) => [gradient(g)]);
      gradients(y.sum(), [x]);
    });
  assertThrows(() => wrong((g) => g.sum()), RangeError, "has shape [], but");
  assertThrows(() => wrong(() => undefined), RangeError, "is missing");
});

Deno.test("maximum() and minimum() share a tie in halves", () => {
  using a = parameter(Tensor.from([1, 2, 3]));
  using b = parameter(Tensor.from([1, 3, 2]));
  scope(() => {
    const found = gradients(a.maximum(b).sum(), [a, b]).map((gradient) => gradient.numbers());
    assertEquals(found, [[0.5, 0, 1], [0.5, 1, 0]]);
    const least = gradients(a.minimum(b).sum(), [a, b]).map((gradient) => gradient.numbers());
    assertEquals(least, [[0.5, 1, 0], [0.5, 0, 1]]);
  });
});

Deno.test("max() gives the whole gradient to the first maximum, over several dimensions too", () => {
  using x = parameter(Tensor.from([[1, 5, 5], [5, 0, 5]]));
  scope(() => {
    assertEquals(gradients(x.max(), [x])[0].numbers(), [0, 1, 0, 0, 0, 0]);
    assertEquals(gradients(x.max(0).sum(), [x])[0].numbers(), [0, 1, 1, 1, 0, 0]);
    assertEquals(gradients(x.min(1).sum(), [x])[0].numbers(), [1, 0, 0, 0, 1, 0]);
  });
});

Deno.test("relu() and abs() have gradient zero at zero", () => {
  using x = parameter(Tensor.from([-1, 0, 2]));
  scope(() => {
    assertEquals(gradients(x.relu().sum(), [x])[0].numbers(), [0, 0, 1]);
    assertEquals(gradients(x.abs().sum(), [x])[0].numbers(), [-1, 0, 1]);
  });
});

Deno.test("10,000 walks neither leave tensors behind nor grow resident memory", () => {
  using weight = parameter(Tensor.from(new Float32Array(64 * 32).fill(0.01), [64, 32]));
  const step = () =>
    scope(() => {
      const x = Tensor.ones([16, 64]);
      const y = concat([x.matmul(weight).tanh(), x.matmul(weight).relu()], 1);
      return gradients(y.square().mean(), [weight])[0].size;
    });
  for (let i = 0; i < 2000; i++) step();
  const tensors = liveTensors();
  const before = Deno.memoryUsage().rss;
  for (let i = 0; i < 10_000; i++) step();
  assertEquals(liveTensors(), tensors);
  const grown = Deno.memoryUsage().rss - before;
  assert(grown < 16 * 2 ** 20, `resident memory grew by ${grown} bytes`);
});
