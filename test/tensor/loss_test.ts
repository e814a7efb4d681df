import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { native, NativeError } from "../../src/ffi/mod.ts";
import {
  crossEntropy,
  functional,
  gradients,
  liveTensors,
  meanSquaredError,
  parameter,
  PoolingGeometry,
  Random,
  scope,
  Tensor,
} from "../../src/tensor/mod.ts";

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

const { NEGATIVE_INFINITY: never, NaN: nan } = Number;

/** Logits whose probabilities are 0, the loss and its gradient by PyTorch 2.15, and what it was told. */
const extremes: [
  logits: number[][],
  labels: number[],
  loss: number,
  gradient: number[],
  options: { labelSmoothing?: number; classWeights?: number[] },
][] = [
  [[[1, never, 3]], [2], 0.12692804634571075, [0.11920291, 0, -0.11920297], {}],
  [[[3e38, -3e38, 0]], [0], 0, [0, 0, 0], {}],
  [[[1, never, 3]], [1], Infinity, [0.11920291, -1, 0.88079703], {}],
  [[[1, never, 3]], [2], Infinity, [0.08586958, -0.03333334, -0.05253631], { labelSmoothing: 0.1 }],
  [
    [[1, never, 3], [2, 1, never]],
    [2, 0],
    0.17351144552230835,
    [0.08940218, 0, -0.08940223, -0.06723535, 0.06723536, 0],
    { classWeights: [1, 2, 3] },
  ],
  [
    [[1, 2, 3]],
    [2],
    0.40760594606399536,
    [0.09003058, 0.24472849, -0.33475900],
    { classWeights: [Infinity, Infinity, 1] },
  ],
  [[[1, nan, 3]], [2], nan, [nan, nan, nan], {}],
  [[[never, never, never]], [0], nan, [nan, nan, nan], {}],
];

for (const form of ["own", "device-generic"]) {
  Deno.test(`a class of probability 0 costs the others nothing (the ${form} form)`, () => {
    native.wick_force_generic(Number(form === "device-generic"));
    try {
      for (const [rows, labels, wanted, slope, options] of extremes) {
        scope(() => {
          const { classWeights, ...rest } = options;
          using logits = parameter(Tensor.from(rows));
          const loss = crossEntropy(logits, Tensor.from(Uint8Array.from(labels)), {
            ...rest,
            ...(classWeights && { classWeights: Tensor.from(classWeights) }),
          });
          assertAlmostEquals(loss.item(), wanted, 1e-6);
          const [gradient] = gradients(loss, [logits]);
          gradient.numbers().forEach((value, i) => assertAlmostEquals(value, slope[i], 1e-6));
        });
      }
    } finally {
      native.wick_force_generic(0);
    }
  });

  Deno.test(`an infinite gradient reaches only what it belongs to (the ${form} form)`, () => {
    native.wick_force_generic(Number(form === "device-generic"));
    try {
      scope(() => {
        using x = parameter(Tensor.from([[[[1, 2], [3, 4]]]]));
        const images = x.sub(Tensor.from([[[[0, 0], [0, 4]]]]));
        const slope = (y: Tensor) => gradients(y.mul(Infinity).sum(), [x])[0].numbers();
        assertEquals(slope(images.maximum(2.5)), [0, 0, Infinity, 0]);
        assertEquals(slope(functional.maxPool2d(x, new PoolingGeometry(2))), [0, 0, 0, Infinity]);
        assertEquals(slope(x.slice(2, 0, 1)), [Infinity, Infinity, 0, 0]);
        const dropped = slope(functional.dropout(x, 0.5, new Random(1, "test")));
        assertEquals(dropped.filter((value) => value !== Infinity && value !== 0), []);
      });
    } finally {
      native.wick_force_generic(0);
    }
  });
}
