import { assertEquals, assertThrows } from "@std/assert";
import { NativeError } from "../../src/ffi/mod.ts";
import { crossEntropy, liveTensors, meanSquaredError, Tensor } from "../../src/tensor/mod.ts";

Deno.test("crossEntropy() throws on what does not fit, and leaves no tensor behind", () => {
  using logits = Tensor.zeros([2, 3]);
  using labels = Tensor.from(Uint8Array.of(0, 2));
  using few = Tensor.from(Uint8Array.of(0));
  using floats = Tensor.zeros([2]);
  using beyond = Tensor.from(Uint8Array.of(0, 3));
  using weights = Tensor.ones([2]);
  const before = liveTensors();
  const refuse = (
    type: typeof RangeError | typeof TypeError | typeof NativeError,
    call: () => unknown,
    message: string,
  ) => assertThrows(call, type, message);
  refuse(RangeError, () => crossEntropy(logits, few), "logits [2, 3] and labels [1]");
  refuse(TypeError, () => crossEntropy(logits, floats), "f32 labels: use u8 or u32");
  refuse(NativeError, () => crossEntropy(logits, beyond), "3");
  refuse(
    RangeError,
    () => crossEntropy(logits, labels, { labelSmoothing: 1.5 }),
    "The label smoothing 1.5 is not in [0, 1]",
  );
  refuse(
    RangeError,
    () => crossEntropy(logits, labels, { classWeights: weights }),
    "The class weights f32 [2] have to be f32 [3]",
  );
  refuse(RangeError, () => meanSquaredError(logits, floats), "the shapes differ");
  assertEquals(liveTensors(), before);
});
