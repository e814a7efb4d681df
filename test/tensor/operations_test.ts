import { assertEquals } from "@std/assert";
import { gradients, liveTensors, scope } from "../../src/tensor/mod.ts";
import { Draw } from "./draw.ts";
import { assertGradients, weighted } from "./finite_difference.ts";
import { assertGenericAgrees } from "./generic_forms.ts";
import { type OperationCase, operationCases } from "./operation_cases.ts";

const draws = 8;

/** One drawn application of an operation on leaves of a dtype. */
function drawn({ name, draw }: OperationCase, index: number, dtype: "f32" | "f64") {
  const source = new Draw(name, index);
  const { inputs, apply } = draw(source);
  const made = inputs.map(({ shape, positive }) => source.input(shape, dtype, positive));
  const shapes = inputs.map(({ shape }) => `[${shape.join(", ")}]`).join(" ");
  return {
    what: `${name} ${shapes} (draw ${index})`,
    leaves: made.map(({ leaf }) => leaf),
    apply: () => apply(...made.map(({ leaf, view }) => view(leaf))),
    [Symbol.dispose]() {
      for (const { leaf } of made) leaf.dispose();
    },
  };
}

for (const operation of operationCases) {
  Deno.test(`${operation.name}: the gradient is what finite differences give`, () => {
    for (let index = 0; index < draws; index++) {
      using application = drawn(operation, index, "f64");
      assertGradients(application.leaves, application.apply, application.what);
    }
  });

  Deno.test(`${operation.name}: forward and backward leave no tensor behind`, () => {
    for (let index = 0; index < draws; index++) {
      using application = drawn(operation, index, "f32");
      const { leaves, apply } = application;
      const before = liveTensors();
      scope(() => gradients(weighted(apply()), leaves).length);
      assertEquals(liveTensors(), before, "after a step");
      scope(() => void apply());
      assertEquals(liveTensors(), before, "after a forward pass without gradients");
    }
  });

  Deno.test(`${operation.name}: the device-generic form agrees`, () => {
    for (let index = 0; index < draws; index++) {
      using application = drawn(operation, index, "f32");
      const { leaves, apply, what } = application;
      const run = () =>
        scope(() => {
          const output = apply();
          const values = output.numbers();
          return [values, ...gradients(weighted(output), leaves).map((found) => found.numbers())];
        });
      assertGenericAgrees(run, what);
    }
  });
}
