import { assert, assertEquals, assertThrows } from "@std/assert";
import { concat, scope, stack, Tensor, where } from "../../src/tensor/mod.ts";

/** Runs a test in a scope, so that it need not free what it makes. */
const test = (name: string, body: () => void) => Deno.test(name, () => scope(body));

test("Tensor.from() takes typed arrays in their own dtype", () => {
  for (
    const data of [
      Uint8Array.of(1, 255),
      Uint32Array.of(1, 0xffffffff),
      BigInt64Array.of(-1n, 2n ** 62n),
      Float32Array.of(0.5, -1e30),
      Float64Array.of(0.1, -1e300),
    ]
  ) {
    const tensor = Tensor.from(data);
    assertEquals(tensor.read(), data);
    assertEquals(tensor.shape, [2]);
  }
});

test("Tensor.from() infers the shape from the nesting of numbers", () => {
  const tensor = Tensor.from([[[1, 2, 3]], [[4, 5, 6]]]);
  assertEquals(tensor.shape, [2, 1, 3]);
  assertEquals(tensor.dtype, "f32");
  assertEquals(tensor.read(), Float32Array.of(1, 2, 3, 4, 5, 6));
  assertEquals(String(tensor), "Tensor(f32 [2, 1, 3])");
});

test("Tensor.from() converts to the dtype that is asked for", () => {
  assertEquals(Tensor.from([1, 2], [2], { dtype: "u8" }).read(), Uint8Array.of(1, 2));
  assertEquals(Tensor.from([1, -2], [2], { dtype: "i64" }).read(), BigInt64Array.of(1n, -2n));
  const wide = Tensor.from(Float32Array.of(1, 2), [2], { dtype: "f64" });
  assertEquals(wide.read(), Float64Array.of(1, 2));
});

test("Tensor.from() copies the values", () => {
  const data = Float32Array.of(1, 2);
  const tensor = Tensor.from(data);
  data[0] = 9;
  assertEquals(tensor.numbers(), [1, 2]);
});

test("Tensor.from() throws where values and shape do not fit", () => {
  assertThrows(
    () => Tensor.from([1, 2, 3], [2, 2]),
    RangeError,
    "Cannot make a tensor of shape [2, 2] from 3 values: it holds 4",
  );
  assertThrows(() => Tensor.from([[1, 2], [3]]), RangeError, "lengths at one depth differ");
  assertThrows(() => Tensor.from([1], [1, -1]), RangeError, "-1 is not a length");
  assertThrows(() => Tensor.zeros(new Array(9).fill(1)), RangeError, "at most 8 dimensions");
});

test("Tensor.zeros(), ones() and full() fill a shape", () => {
  assertEquals(Tensor.zeros([2]).numbers(), [0, 0]);
  assertEquals(Tensor.ones([], { dtype: "i64" }).read(), BigInt64Array.of(1n));
  assertEquals(Tensor.full([1, 2], 7, { dtype: "u8" }).read(), Uint8Array.of(7, 7));
});

test("a tensor without elements is a tensor", () => {
  const empty = Tensor.zeros([2, 0, 3]);
  assertEquals(empty.size, 0);
  assertEquals(empty.numbers(), []);
  assertEquals(empty.sum().item(), 0);
  // However long its other dimensions are.
  const begun = performance.now();
  const long = Tensor.zeros([2, 2 ** 32 - 1, 1, 0]);
  assertEquals(long.logSoftmax(2).size + long.sum([2]).size + long.argmax(2).size, 0);
  assert(performance.now() - begun < 1000);
  // A slice of it that begins where elements would be, were there any.
  assertEquals(Tensor.zeros([0, 3]).slice(1, 2, 1).silu().shape, [0, 1]);
});

test("item() throws where there is more than one element", () => {
  assertEquals(Tensor.from([[4]]).item(), 4);
  assertThrows(() => Tensor.from([1, 2]).item(), RangeError, "shape [2]");
});

test("arithmetic broadcasts, and takes numbers", () => {
  const table = Tensor.from([[1, 2], [3, 4]]);
  const column = Tensor.from([[10], [20]]);
  assertEquals(table.add(column).numbers(), [11, 12, 23, 24]);
  assertEquals(table.sub(1).mul(2).numbers(), [0, 2, 4, 6]);
  assertEquals(table.div(column).mul(20).numbers(), [2, 4, 3, 4]);
  assertEquals(table.maximum(2.5).numbers(), [2.5, 2.5, 3, 4]);
  assertEquals(table.minimum(column).neg().numbers(), [-1, -2, -3, -4]);
});

test("div() by a number is an exact division", () => {
  const values = Float32Array.from({ length: 256 }, (_, i) => i);
  const divided = Tensor.from(values).div(255).read();
  assertEquals(divided, values.map((value) => value / 255));
});

test("whole numbers are divided by anything but 0", () => {
  const [two, seven, zero] = [2, 7, 0].map((value) => Tensor.from(Uint32Array.of(value)));
  assertEquals(seven.div(two).numbers(), [3]);
  assertThrows(() => seven.div(zero), Error, "Cannot divide whole numbers by 0");
  const [least, minusOne] = [-(2n ** 63n), -1n].map((value) =>
    Tensor.from(BigInt64Array.of(value, 1n))
  );
  assertThrows(() => least.div(minusOne), Error, "by -1: the quotient is no i64");
  assertEquals(minusOne.div(least).numbers(), [0, 1]);
});

test("comparisons give u8 masks, and where() chooses by them", () => {
  const x = Tensor.from([1, 2, 3]);
  assertEquals(x.gt(2).read(), Uint8Array.of(0, 0, 1));
  assertEquals(x.ge(2).read(), Uint8Array.of(0, 1, 1));
  assertEquals(x.lt(2).read(), Uint8Array.of(1, 0, 0));
  assertEquals(x.le(2).read(), Uint8Array.of(1, 1, 0));
  assertEquals(x.eq(2).read(), Uint8Array.of(0, 1, 0));
  assertEquals(x.ne(2).read(), Uint8Array.of(1, 0, 1));
  assertEquals(where(x.gt(1), x, x.neg()).numbers(), [-1, 2, 3]);
});

test("matmul() broadcasts leading dimensions", () => {
  const a = Tensor.from([[[1, 2]], [[3, 4]]]);
  const b = Tensor.from([[1, 0], [0, 2]]);
  assertEquals(a.matmul(b).shape, [2, 1, 2]);
  assertEquals(a.matmul(b).numbers(), [1, 4, 3, 8]);
});

test("matmul() throws on inner mismatch", () => {
  const message = "Cannot matmul [2, 3] by [4, 5]: inner dimensions differ";
  assertThrows(
    () => Tensor.zeros([2, 3]).matmul(Tensor.zeros([4, 5])),
    RangeError,
    message,
  );
  assertThrows(
    () => Tensor.zeros([2, 2, 3]).matmul(Tensor.zeros([3, 3, 5])),
    RangeError,
    "leading dimensions do not broadcast",
  );
  assertThrows(() => Tensor.zeros([3]).matmul(Tensor.zeros([3, 1])), RangeError, "at least two");
});

test("bad arguments throw one sentence that names the shapes", () => {
  const x = Tensor.zeros([2, 3]);
  const cases: [() => unknown, string][] = [
    [() => x.add(Tensor.zeros([2])), "Cannot add [2, 3] and [2]: the shapes do not broadcast"],
    [() => x.reshape([4]), "Cannot reshape [2, 3] to [4]: the sizes differ"],
    [() => x.reshape([4, -1]), "Cannot reshape [2, 3] to [4, -1]: -1 fits no length"],
    [() => x.permute([0, 0]), "Cannot permute [2, 3] by [0, 0]: name each dimension once"],
    [() => x.sum(2), "Cannot sum over dimension 2: the tensor has 2"],
    [() => x.sum([0, -2]), "Cannot sum over dimension 0 twice"],
    [() => x.broadcastTo([3, 3]), "Cannot broadcast [2, 3] to [3, 3]"],
    [() => x.broadcastTo([3]), "Cannot broadcast [2, 3] to [3]"],
    [() => x.slice(1, 2, 2), "Cannot slice 2 entries from 2 by 1 out of dimension 1 of [2, 3]"],
    [() => concat([x, Tensor.zeros([3, 3])], 1), "Cannot concat [2, 3] and [3, 3]"],
    [() => concat([]), "Cannot concat no tensors"],
    [() => stack([x, Tensor.zeros([3, 3])]), "Cannot stack f32 [2, 3] and f32 [3, 3]: shapes"],
    [() => x.assign(Tensor.zeros([3, 2])), "Cannot assign f32 [3, 2] to f32 [2, 3]"],
    [() => Tensor.zeros([2, 0]).max(1), "Cannot take the max of an empty dimension of [2, 0]"],
  ];
  for (const [call, message] of cases) assertThrows(call, RangeError, message);
});

test("a mix of dtypes throws and says what to do", () => {
  const x = Tensor.zeros([2]);
  const u = Tensor.zeros([2], { dtype: "u8" });
  assertThrows(() => x.add(u), TypeError, "Cannot add f32 and u8: cast one of them");
  assertThrows(() => u.exp(), TypeError, "Cannot take exp of a u8 tensor: cast it to f32");
  assertThrows(() => x.indexSelect(u), TypeError, "indices are u32");
  assertThrows(() => where(x, x, x), TypeError, "a condition is u8");
});

test("views read in their own order", () => {
  const x = Tensor.from([[1, 2, 3], [4, 5, 6]]);
  assertEquals(x.transpose().numbers(), [1, 4, 2, 5, 3, 6]);
  assertEquals(x.slice(1, 0, 2, 2).numbers(), [1, 3, 4, 6]);
  assertEquals(x.slice(1, 1, 1).broadcastTo([2, 2]).numbers(), [2, 2, 5, 5]);
  assertEquals(x.transpose().reshape([-1]).numbers(), [1, 4, 2, 5, 3, 6]);
});

test("reductions take dimensions, counted from either end", () => {
  const x = Tensor.from([[1, 2, 3], [4, 5, 6]]);
  assertEquals(x.sum(0).numbers(), [5, 7, 9]);
  assertEquals(x.mean(-1, true).shape, [2, 1]);
  assertEquals(x.mean(-1).numbers(), [2, 5]);
  assertEquals(x.max([0, 1]).item(), 6);
  assertEquals(x.min(1).numbers(), [1, 4]);
  assertEquals(x.argmax(1).read(), Uint32Array.of(2, 2));
  assertEquals(Tensor.from([3, 7, 7]).argmax().item(), 1);
});

test("indexSelect() and gather() pick entries", () => {
  const x = Tensor.from([[1, 2, 3], [4, 5, 6]]);
  assertEquals(x.indexSelect(Tensor.from(Uint32Array.of(2, 0, 2)), 1).numbers(), [
    ...[3, 1, 3],
    ...[6, 4, 6],
  ]);
  assertEquals(x.gather(Tensor.from(Uint32Array.of(1, 0), [2, 1]), 1).numbers(), [2, 4]);
});

test("assign() overwrites in place, and detach() shares the storage", () => {
  const x = Tensor.from([1, 2]);
  const shared = x.detach();
  const apart = x.copy();
  x.assign(Tensor.from([3, 4]));
  assertEquals(shared.numbers(), [3, 4]);
  assertEquals(apart.numbers(), [1, 2]);
});

test("allFinite() finds NaN and infinities", () => {
  assert(Tensor.from([1, -2]).allFinite());
  assert(!Tensor.from([1, NaN]).allFinite());
  assert(!Tensor.from([-Infinity, 1]).allFinite());
  assert(Tensor.from(Uint8Array.of(1, 255)).allFinite());
});
