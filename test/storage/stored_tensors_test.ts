import { assertEquals, assertThrows } from "@std/assert";
import { type DType, Tensor } from "../../src/tensor/mod.ts";
import { assignStored, storedTensors } from "../../src/storage/stored_tensors.ts";

const named = (name: string, tensor: Tensor) => [{ name, tensor }];

Deno.test("storedTensors() and assignStored() keep every bit of every float", () => {
  const bits = Uint32Array.of(0x7fc00001, 0x80000000, 0x00000001, 0xff800000, 0x3f800001, 0);
  using tensor = Tensor.from(new Float32Array(bits.buffer), [2, 3]);
  const stored = storedTensors(named("a", tensor));
  assertEquals([stored[0].dtype, stored[0].shape], ["F32", [2, 3]]);
  using other = Tensor.zeros([2, 3]);
  assignStored(named("a", other), stored);
  assertEquals(new Uint32Array(other.read().buffer), bits);
});

Deno.test("assignStored() reads what lies unaligned in a file", () => {
  for (const dtype of ["f32", "f64"] satisfies DType[]) {
    using tensor = Tensor.from([1, 2, 3], [3], { dtype });
    const [stored] = storedTensors(named("a", tensor));
    const shifted = new Uint8Array(stored.bytes.length + 1);
    shifted.set(stored.bytes, 1);
    using other = Tensor.zeros([3], { dtype });
    assignStored(named("a", other), [{ ...stored, bytes: shifted.subarray(1) }]);
    assertEquals(other.numbers(), [1, 2, 3]);
  }
});

Deno.test("assignStored() names what does not fit, and then changes nothing", () => {
  using a = Tensor.zeros([2]);
  using b = Tensor.zeros([2]);
  using ones = Tensor.ones([2]);
  using matrix = Tensor.ones([1, 2]);
  const both = [...named("a", a), ...named("b", b)];
  const [good] = storedTensors(named("a", ones));
  const [wrong] = storedTensors(named("b", matrix));
  assertThrows(() => assignStored(both, [good]), RangeError, "it has no tensor b");
  assertThrows(
    () => assignStored(both, [good, wrong]),
    RangeError,
    "its b is F32 [1, 2]; the model",
  );
  assertThrows(() => assignStored(named("a", a), [good, wrong]), RangeError, "no tensor b");
  assertEquals(a.numbers(), [0, 0]);
});
