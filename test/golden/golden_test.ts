import { assertEquals, assertThrows } from "@std/assert";
import { assertGolden, type OperationCase, readGolden } from "./golden.ts";

const FILES = [
  "conv2d",
  "pooling",
  "products",
  "losses",
  "elementwise",
  "arithmetic",
  "reductions",
  "normalisation",
  "movement",
];

Deno.test("every golden tensor has as many numbers as its shape says", () => {
  for (const file of FILES) {
    for (const { operation, name, inputs, output, output_gradient, gradients } of read(file)) {
      const tensors = [...Object.values(inputs), output, ...Object.values(gradients ?? {})];
      if (output_gradient) tensors.push(output_gradient);
      for (const { shape, data } of tensors) {
        const size = shape.reduce((product, length) => product * length, 1);
        assertEquals(data.length, size, `${operation}, ${name}`);
        assertEquals(data.every((value) => typeof value === "number"), true);
      }
    }
  }
});

Deno.test("every gradient has its input's shape", () => {
  for (const file of FILES) {
    for (const { inputs, gradients } of read(file)) {
      for (const [name, gradient] of Object.entries(gradients ?? {})) {
        assertEquals(gradient.shape, inputs[name].shape);
      }
    }
  }
});

Deno.test("assertGolden() tells NaN, infinities and a wrong element apart", () => {
  const golden = { shape: [3], dtype: "f32" as const, data: [NaN, Infinity, 1] };
  assertGolden([NaN, Infinity, 1.000001], golden, "case");
  assertThrows(() => assertGolden([0, Infinity, 1], golden, "case"), Error, "element 0");
  assertThrows(() => assertGolden([NaN, -Infinity, 1], golden, "case"), Error, "element 1");
  assertThrows(() => assertGolden([NaN, Infinity, 1.1], golden, "case"), Error, "element 2");
  assertThrows(() => assertGolden([NaN, Infinity, NaN], golden, "case"), Error, "element 2");
});

const read = (file: string) => readGolden<OperationCase>(file).cases;
