import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  functional,
  gradients,
  keep,
  liveTensors,
  parameter,
  PoolingGeometry,
  scope,
  Tensor,
} from "../../src/tensor/mod.ts";

Deno.test("scope() frees what was made inside, and returns the rest", () => {
  const before = liveTensors();
  const { sum, pair } = scope(() => {
    const x = Tensor.from([1, 2, 3]);
    return { sum: x.mul(2).sum(), pair: [x.neg(), x] };
  });
  assertEquals(liveTensors(), before + 3);
  assertEquals(sum.item(), 12);
  assertEquals(pair[1].numbers(), [1, 2, 3]);
  for (const tensor of [sum, ...pair]) tensor.dispose();
  assertEquals(liveTensors(), before);
});

Deno.test("scope() gives results of an inner scope to the outer one", () => {
  const before = liveTensors();
  const total = scope(() => {
    const inner = scope(() => Tensor.from([1, 2]).add(1));
    return inner.sum().item();
  });
  assertEquals(total, 5);
  assertEquals(liveTensors(), before);
});

Deno.test("scope() keeps what the gradients of an inner scope's result need", () => {
  using x = parameter(Tensor.from([1, 2]));
  const before = liveTensors();
  const found = scope(() => {
    const loss = scope(() => x.exp().log().square().sum());
    return gradients(loss, [x])[0].numbers();
  });
  found.forEach((value, i) => assert(Math.abs(value - 2 * (i + 1)) < 1e-5));
  assertEquals(liveTensors(), before);
});

Deno.test("scope() lets a result leave the outermost scope without its history", () => {
  using x = parameter(Tensor.from([1, 2]));
  using loss = scope(() => x.square().sum());
  assertThrows(() => gradients(loss, [x]), RangeError, "in the same scope()");
});

Deno.test("scope() leaves parameters and what was given to keep() alone", () => {
  const [weight, buffer] = scope(() => {
    const made = [parameter(Tensor.ones([2])), keep(Tensor.ones([2]))];
    return () => made;
  })();
  assertEquals(weight.numbers(), [1, 1]);
  assertEquals(buffer.numbers(), [1, 1]);
  weight.dispose();
  buffer.dispose();
});

Deno.test("scope() frees what was made when the work throws", () => {
  const before = liveTensors();
  assertThrows(
    () =>
      scope(() => {
        Tensor.ones([3]);
        throw new Error("stopped");
      }),
    Error,
    "stopped",
  );
  assertEquals(liveTensors(), before);
});

Deno.test("scope() throws on an async function, and frees what it made", () => {
  const before = liveTensors();
  assertThrows(
    () => scope(() => Promise.resolve(Tensor.ones([3]).size)),
    TypeError,
    "not an async one",
  );
  assertEquals(liveTensors(), before);
});

Deno.test("using frees a tensor, and disposing it again is harmless", () => {
  const before = liveTensors();
  {
    using x = Tensor.ones([2]);
    x.dispose();
    x.dispose();
    assert(x.isDisposed);
  }
  assertEquals(liveTensors(), before);
});

Deno.test("a disposed tensor throws when it is used", () => {
  const x = Tensor.ones([2]);
  x.dispose();
  assertThrows(() => x.add(1), ReferenceError, "disposed");
  assertEquals(String(x), "Tensor(disposed)");
});

Deno.test("disposing a result frees what was saved for its gradient", () => {
  using x = parameter(Tensor.ones([1, 1, 4, 4]));
  const before = liveTensors();
  const pooled = functional.maxPool2d(x, new PoolingGeometry(2));
  assertEquals(liveTensors(), before + 2);
  pooled.dispose();
  assertEquals(liveTensors(), before);
});
