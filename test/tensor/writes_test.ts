import { assertEquals, assertThrows } from "@std/assert";
import { build, linear, sgd } from "../../src/nn/mod.ts";
import {
  crossEntropy,
  differentiable,
  gradients,
  parameter,
  Random,
  scope,
  Tensor,
} from "../../src/tensor/mod.ts";

const changed = "changed in place since: compute the loss again";

/** The gradient of a loss of `w`, which is changed between the loss and its gradient. */
function changedBetween(
  loss: (w: Tensor) => Tensor,
  change = (w: Tensor) => w.assign(Tensor.from([5, 6])),
) {
  return scope(() => {
    const w = parameter(Tensor.from([1, 2]));
    try {
      const y = loss(w);
      change(w);
      return gradients(y, [w])[0]!.numbers();
    } finally {
      w.dispose();
    }
  });
}

const needed: Record<string, (w: Tensor) => Tensor> = {
  "mul()": (w) => w.mul(w).sum(),
  "div()": (w) => w.div(w).sum(),
  "square()": (w) => w.square().sum(),
  "exp() of a view": (w) => w.reshape([1, 2]).exp().mul(w).sum(),
  "matmul()": (w) => w.reshape([1, 2]).matmul(w.reshape([2, 1])).sum(),
  "maximum()": (w) => w.maximum(1.5).sum(),
  "differentiable()": (w) => differentiable([w], (w) => w.mul(2), (g) => [g.mul(w)]).sum(),
};

for (const [name, loss] of Object.entries(needed)) {
  Deno.test(`${name}: gradients through a parameter that was changed since are refused`, () => {
    assertThrows(() => changedBetween(loss), ReferenceError, changed);
    assertThrows(
      () => changedBetween(loss, (w) => w.detach().slice(0, 1, 1).assign(Tensor.ones([1]))),
      ReferenceError,
      changed,
    );
  });
}

Deno.test("gradients that need no value go through a parameter that was changed since", () => {
  assertEquals(changedBetween((w) => w.add(w).sub(3).sum()), [2, 2]);
  assertEquals(changedBetween((w) => w.mul(3).reshape([2, 1]).sum()), [3, 3]);
  assertEquals(changedBetween((w) => w.exp().detach().mul(w).sum()).map(Math.round), [3, 7]);
});

Deno.test("a step between two losses of the same weights is refused at the second", () => {
  using model = build(linear(2, 3), new Random(1, "init"));
  using optimizer = sgd({ lr: 0.1 }).init(model.parameters);
  const weights = model.parameters.map(({ tensor }) => tensor);
  const step = (before: number) =>
    scope(() => {
      const labels = Tensor.from(Uint8Array.of(1));
      const x = parameter(Tensor.ones([1, 2]));
      try {
        const losses = [0, 1].map(() => crossEntropy(model.forward(x), labels));
        for (let i = 0; i < before; i++) optimizer.step(gradients(losses[i]!, weights));
        gradients(losses[1]!, [x, ...weights]);
      } finally {
        x.dispose();
      }
    });
  step(0);
  assertThrows(() => step(1), ReferenceError, changed);
});

Deno.test("a backward function may write into tensors of its own", () => {
  const own = (x: Tensor) =>
    differentiable([x], (x) => x.mul(2), (gradient) => {
      const result = Tensor.zeros(gradient.shape);
      result.assign(gradient);
      return [result.add(gradient)];
    });
  assertEquals(changedBetween((w) => own(own(w)).sum(), () => {}), [4, 4]);
});
