import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { createOptimizer, type OptimizerOptions } from "../../src/nn/mod.ts";
import { assertGenericAgrees } from "../tensor/generic_forms.ts";
import {
  gradients,
  liveTensors,
  type NamedTensor,
  parameter,
  scope,
  Tensor,
} from "../../src/tensor/mod.ts";

const all: OptimizerOptions[] = [
  { name: "sgd", lr: 0.1 },
  { name: "sgd", lr: 0.05, momentum: 0.9, nesterov: true, weightDecay: 1e-3 },
  { name: "adam", lr: 0.1 },
  { name: "adamw", lr: 0.1, weightDecay: 0.01, clipGradNorm: 1 },
  { name: "rmsprop", lr: 0.05, momentum: 0.5 },
];

const weights = (): NamedTensor[] => [
  { name: "0.weight", tensor: parameter(Tensor.from([[3, -2], [1, 4]])) },
  { name: "0.bias", tensor: parameter(Tensor.from([1, -0.6])) },
];

const freed = (named: readonly NamedTensor[]) => named.forEach(({ tensor }) => tensor.dispose());

function descend(options: OptimizerOptions, named: readonly NamedTensor[], steps: number): number {
  using optimizer = createOptimizer(options, named);
  const tensors = named.map(({ tensor }) => tensor);
  const loss = () => tensors[0].add(tensors[1]).square().sum();
  for (let i = 0; i < steps; i++) scope(() => optimizer.step(gradients(loss(), tensors)));
  return scope(() => loss().item());
}

for (const options of all) {
  const { name, lr: _lr, ...rest } = options;
  Deno.test(`${name} ${JSON.stringify(rest)} descends and leaves no tensor behind`, () => {
    const before = liveTensors();
    const named = weights();
    assert(descend(options, named, 100) < 1);
    freed(named);
    assertEquals(liveTensors(), before);
  });

  Deno.test(`${name} ${JSON.stringify(rest)} goes on from its state bit for bit`, () => {
    const whole = weights();
    const parts = weights();
    descendInTwo(options, parts);
    descend(options, whole, 7);
    assertEquals(
      parts.map(({ tensor }) => tensor.read()),
      whole.map(({ tensor }) => tensor.read()),
    );
    freed(whole);
    freed(parts);
  });
}

for (const options of all) {
  const { name, lr: _lr, ...rest } = options;
  Deno.test(`${name} ${JSON.stringify(rest)}: the device-generic form agrees`, () => {
    const run = () => {
      const named = weights();
      descend(options, named, 3);
      const found = named.map(({ tensor }) => tensor.numbers());
      freed(named);
      return found;
    };
    assertGenericAgrees(run, name);
  });
}

/** Three steps by one optimizer, and four by another that takes its state over. */
function descendInTwo(options: OptimizerOptions, named: readonly NamedTensor[]): void {
  const tensors = named.map(({ tensor }) => tensor);
  const loss = () => tensors[0].add(tensors[1]).square().sum();
  using first = createOptimizer(options, named);
  using second = createOptimizer(options, named);
  for (let i = 0; i < 3; i++) scope(() => first.step(gradients(loss(), tensors)));
  second.state.forEach(({ tensor, name }, i) => {
    assertEquals(name, first.state[i].name);
    tensor.assign(first.state[i].tensor);
  });
  second.stepCount = first.stepCount;
  for (let i = 0; i < 4; i++) scope(() => second.step(gradients(loss(), tensors)));
}

Deno.test("optimizers name their state after the parameters", () => {
  const named = weights();
  const names = (options: OptimizerOptions) => {
    using optimizer = createOptimizer(options, named);
    return optimizer.state.map(({ name }) => name);
  };
  assertEquals(names({ name: "sgd", lr: 1 }), []);
  assertEquals(names({ name: "sgd", lr: 1, momentum: 0.9 }), [
    "optimizer.momentum.0.weight",
    "optimizer.momentum.0.bias",
  ]);
  assertEquals(names({ name: "adam", lr: 1 }), [
    "optimizer.exp_avg.0.weight",
    "optimizer.exp_avg.0.bias",
    "optimizer.exp_avg_sq.0.weight",
    "optimizer.exp_avg_sq.0.bias",
  ]);
  freed(named);
});

Deno.test("clipGradNorm scales all gradients by their common norm", () => {
  const named = weights();
  using optimizer = createOptimizer({ name: "sgd", lr: 1, clipGradNorm: 0.5 }, named);
  scope(() => {
    const found = [Tensor.from([[3, 0], [0, 0]]), Tensor.from([0, 4])];
    optimizer.step(found);
    found.forEach((gradient, i) => {
      const wanted = [[0.3, 0, 0, 0], [0, 0.4]][i];
      gradient.numbers().forEach((value, at) => assertAlmostEquals(value, wanted[at], 1e-6));
    });
  });
  freed(named);
});

Deno.test("createOptimizer() throws on settings out of range", () => {
  const refuse = (options: OptimizerOptions, message: string) =>
    assertThrows(() => createOptimizer(options, []), RangeError, message);
  refuse({ name: "sgd", lr: -1 }, "The learning rate -1 is not in [0, Infinity)");
  refuse({ name: "sgd", lr: NaN }, "The learning rate NaN");
  refuse({ name: "sgd", lr: 1, nesterov: true }, "Nesterov's momentum needs a momentum above 0");
  refuse({ name: "adam", lr: 1, betas: [0.9, 1] }, "The beta 1 is not in [0, 1)");
  refuse({ name: "adamw", lr: 1, weightDecay: -0.1 }, "The weight decay -0.1");
  refuse({ name: "rmsprop", lr: 1, clipGradNorm: 0 }, "clip at is not above 0");
});

Deno.test("step() throws where the number of gradients is wrong", () => {
  const named = weights();
  using optimizer = createOptimizer({ name: "sgd", lr: 1 }, named);
  assertThrows(() => optimizer.step([]), RangeError, "0 gradients for 2 parameters");
  freed(named);
});
