import { assert, assertEquals, assertThrows } from "@std/assert";
import { liveTensors, native } from "../../src/ffi/mod.ts";
import {
  ConvolutionGeometry,
  functional,
  type NestedNumbers,
  parameter,
  PoolingGeometry,
  scalarMath,
  scope,
  stack,
  Tensor,
  type TypedArray,
} from "../../src/tensor/mod.ts";

class Long extends Float32Array<ArrayBuffer> {
  override get length(): number {
    return 1 << 20;
  }
}

Deno.test("an array's length is what it has, whatever its class says", () => {
  const own = new Float32Array(2);
  Object.defineProperty(own, "length", { value: 1 << 20 });
  for (const lying of [new Long(new ArrayBuffer(8)), own]) {
    const shape = Uint32Array.of(1 << 20);
    assertThrows(() => native.tensor_from_f32(lying, shape, 0), Error, "2 numbers do not fill");
  }
});

Deno.test("memory that another thread may change is refused", () => {
  const shared = new Float32Array(new SharedArrayBuffer(8)) as unknown as Float32Array<ArrayBuffer>;
  const shape = Uint32Array.of(2);
  assertThrows(() => native.tensor_from_f32(shared, shape, 0), TypeError, "that is not shared");
  Object.defineProperty(shared, "buffer", { value: new ArrayBuffer(8) });
  assertThrows(() => Tensor.from(shared), TypeError, "that is not shared");
});

Deno.test("numbers that do not fit into 32 bits are refused and do not wrap", () => {
  const wrapped = 2 ** 32 + 1;
  const refuse = (work: () => unknown, type: typeof RangeError | typeof TypeError = RangeError) =>
    assertThrows(work, type, `${wrapped}`);
  refuse(() => new ConvolutionGeometry({ stride: wrapped }));
  refuse(() => new ConvolutionGeometry({ padding: [0, wrapped] }));
  refuse(() => new ConvolutionGeometry({ dilation: wrapped }));
  refuse(() => new ConvolutionGeometry({ groups: wrapped }));
  refuse(() => new PoolingGeometry(wrapped));
  refuse(() => new PoolingGeometry(2, { stride: wrapped }));
  refuse(() => scalarMath.power(2, wrapped), TypeError);
  refuse(() => native.tensor_full(1, 3, new Uint32Array(0), wrapped), TypeError);
  for (const number of [-1, 0.5, NaN]) {
    assertThrows(() => native.wick_configure(number), TypeError, `${number}`);
  }
  scope(() => assertEquals(Tensor.from([1, 2]).slice(0, 1, 1, 2 ** 40).numbers(), [2]));
});

Deno.test("nested numbers are walked once, however they are nested", () => {
  const before = liveTensors();
  let nested: NestedNumbers = [1];
  for (let depth = 1; depth < 8; depth++) nested = [nested];
  scope(() => assertEquals(Tensor.from(nested).rank, 8));
  for (let depth = 8; depth < 2000; depth++) nested = [nested];
  const begun = performance.now();
  assertThrows(() => Tensor.from(nested), RangeError, "at most 8 dimensions");
  const circle: unknown[] = [];
  circle[0] = circle;
  assertThrows(() => Tensor.from(circle as NestedNumbers), RangeError, "at most 8 dimensions");
  assert(performance.now() - begun < 1000);
  const holes: number[] = [];
  holes[2] = 1;
  for (const ragged of [holes, [[1], 2], [[1], [1, 2]], [1, "2"], [[1], null], [[[1]], [[1, 2]]]]) {
    assertThrows(
      () => Tensor.from(ragged as NestedNumbers),
      RangeError,
      "the lengths at one depth differ",
    );
  }
  assertEquals(liveTensors(), before);
});

Deno.test("an array of a class that tensors have not is named in the caller's words", () => {
  for (
    const data of [
      new Uint8ClampedArray(2),
      new Int8Array(2),
      new BigUint64Array(2),
      new Float16Array(2),
    ]
  ) {
    assertThrows(
      () => Tensor.from(data as unknown as TypedArray),
      TypeError,
      "use a Float32Array, Float64Array, Uint8Array, Uint32Array or BigInt64Array",
    );
  }
});

Deno.test("what fails leaves no tensor behind", () => {
  const before = liveTensors();
  scope(() => {
    const x = parameter(Tensor.zeros([1, 1, 1, 1, 1, 1, 1, 2]));
    assertThrows(() => stack([x, x]), RangeError, "at most 8 dimensions");
    const gone = Tensor.ones([2]);
    gone.dispose();
    assertThrows(() => stack([Tensor.ones([2]), gone]), ReferenceError, "disposed");
    x.dispose();
  });
  assertEquals(liveTensors(), before);
  using images = parameter(Tensor.ones([2, 1, 3, 3]));
  using weight = parameter(Tensor.ones([1, 1, 3, 3]));
  using flat = parameter(Tensor.ones([2, 9]));
  using matrix = Tensor.ones([4, 9]);
  const none = null as unknown as undefined;
  const held = liveTensors();
  functional.conv2d(images, weight, none).dispose();
  functional.linear(flat, matrix, none).dispose();
  using ones = Tensor.ones([9]);
  using few = Tensor.ones([8]);
  const running = { mean: few, variance: ones, momentum: 0.1 };
  assertThrows(() => functional.batchNorm(flat, ones, ones, 1e-5, running));
  assertEquals(liveTensors(), held + 2);
});
