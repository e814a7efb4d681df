import { assertEquals } from "@std/assert";
import { native } from "../../src/ffi/mod.ts";
import {
  concat,
  ConvolutionGeometry,
  functional,
  gradients,
  parameter,
  PoolingGeometry,
  scope,
  type Shape,
  stack,
  Tensor,
  where,
} from "../../src/tensor/mod.ts";

const indices = (...numbers: number[]) => Tensor.from(numbers, [numbers.length], { dtype: "u32" });
const none = (shape: Shape) => Tensor.zeros(shape, { dtype: "u32" });

/** Operations of tensors without elements, and the shapes that PyTorch gives them. */
const cases: [name: string, input: Shape, apply: (x: Tensor) => Tensor, shape: Shape][] = [
  ["slice of nothing", [4, 3], (x) => x.slice(1, 3, 0), [4, 0]],
  ["slice of nothing by 2", [4, 3], (x) => x.slice(0, 0, 0, 2), [0, 3]],
  ["slice of an empty tensor by 2", [0, 3], (x) => x.slice(1, 0, 2, 2), [0, 2]],
  ["indexSelect of nothing", [4, 3], (x) => x.indexSelect(indices(), 0), [0, 3]],
  ["indexSelect of an empty tensor", [0, 3], (x) => x.indexSelect(indices(2, 2), 1), [0, 2]],
  ["gather of nothing", [4, 3], (x) => x.gather(none([0, 3]), 0), [0, 3]],
  ["gather of no column", [4, 3], (x) => x.gather(none([4, 0]), 0), [4, 0]],
  ["concat", [0, 3], (x) => concat([x, x]), [0, 3]],
  ["concat with what is not empty", [0, 3], (x) => concat([x, Tensor.ones([2, 3])]), [2, 3]],
  ["stack", [0, 3], (x) => stack([x, x], 1), [0, 2, 3]],
  ["where", [0, 3], (x) => where(x.gt(0), x, x.neg()), [0, 3]],
  ["sum", [0, 3], (x) => x.sum(0), [3]],
  ["max", [0, 3], (x) => x.max(1), [0]],
  ["softmax", [0, 3], (x) => x.softmax(1), [0, 3]],
  ["softmax along nothing", [3, 0], (x) => x.softmax(1), [3, 0]],
  ["logSoftmax", [0, 3], (x) => x.logSoftmax(0), [0, 3]],
  ["matmul over nothing", [3, 0], (x) => x.matmul(x.transpose()), [3, 3]],
  ["matmul to nothing", [0, 3], (x) => x.matmul(x.transpose()), [0, 0]],
  ["conv2d of no channel", [2, 0, 4, 4], (x) => convolved(x, [6, 0, 3, 3], 1), [2, 6, 4, 4]],
  ["conv2d of no channel in groups", [2, 0, 4, 4], (x) => convolved(x, [6, 0, 3, 3], 3), [
    2,
    6,
    4,
    4,
  ]],
  ["conv2d to no channel in groups", [2, 6, 4, 4], (x) => convolved(x, [0, 2, 3, 3], 3), [
    2,
    0,
    4,
    4,
  ]],
  ["conv2d of no image", [0, 6, 4, 4], (x) => convolved(x, [3, 2, 3, 3], 3), [0, 3, 4, 4]],
  ["maxPool2d", [2, 0, 4, 4], (x) => functional.maxPool2d(x, new PoolingGeometry(2)), [2, 0, 2, 2]],
  ["avgPool2d", [0, 2, 4, 4], (x) => functional.avgPool2d(x, new PoolingGeometry(2)), [0, 2, 2, 2]],
];

const convolved = (x: Tensor, weight: Shape, groups: number) =>
  functional.conv2d(
    x,
    Tensor.ones(weight),
    undefined,
    new ConvolutionGeometry({ groups, padding: 1 }),
  );

for (const form of ["own", "device-generic"]) {
  for (const [name, input, apply, shape] of cases) {
    Deno.test(`${name}: tensors without elements, and their gradients (the ${form} form)`, () => {
      native.wick_force_generic(Number(form === "device-generic"));
      try {
        scope(() => {
          using x = parameter(Tensor.zeros(input));
          const y = apply(x);
          assertEquals(y.shape, shape);
          assertEquals(y.numbers().filter((value) => value !== 0 && value !== 1), []);
          assertEquals(gradients(y.sum(), [x])[0].shape, input);
        });
      } finally {
        native.wick_force_generic(0);
      }
    });
  }
}
