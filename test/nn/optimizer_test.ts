import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  adam,
  adamw,
  isBias,
  isNormOrBias,
  lion,
  lookahead,
  muon,
  type Optimizer,
  optimizer,
  parameterGroups,
  rmsprop,
  sgd,
} from "../../src/nn/mod.ts";
import { orthogonalized } from "../../src/nn/optimizers/muon.ts";
import { z } from "zod";
import { assertGenericAgrees } from "../tensor/generic_forms.ts";
import {
  gradients,
  liveTensors,
  type NamedTensor,
  parameter,
  scope,
  Tensor,
} from "../../src/tensor/mod.ts";

const all: readonly (readonly [title: string, optimizer: Optimizer])[] = [
  ["sgd", sgd({ lr: 0.1 })],
  ["sgd, Nesterov", sgd({ lr: 0.05, momentum: 0.9, nesterov: true, weightDecay: 1e-3 })],
  ["adam", adam({ lr: 0.1 })],
  ["adamw, clipped", adamw({ lr: 0.1, weightDecay: 0.01, clipGradNorm: 1 })],
  ["rmsprop, momentum", rmsprop({ lr: 0.05, momentum: 0.5 })],
  ["lion", lion({ lr: 0.05, beta2: 0.9, weightDecay: 1e-3 })],
  ["muon", muon({ lr: 0.1, othersLr: 0.05 })],
  ["lookahead", lookahead(adam({ lr: 0.1 }), { steps: 2 })],
  [
    "groups, clipped",
    parameterGroups([
      { optimizer: sgd({ lr: 0.1, momentum: 0.9 }), takes: isBias, rateFactor: 2 },
      { optimizer: sgd({ lr: 0.1, weightDecay: 1e-3 }) },
    ], { clipGradNorm: 2 }),
  ],
];

const weights = (): NamedTensor[] => [
  { name: "0.weight", tensor: parameter(Tensor.from([[3, -2], [1, 4]])) },
  { name: "0.bias", tensor: parameter(Tensor.from([1, -0.6])) },
];

const freed = (named: readonly NamedTensor[]) => named.forEach(({ tensor }) => tensor.dispose());

function descend(chosen: Optimizer, named: readonly NamedTensor[], steps: number): number {
  using optimizer = chosen.init(named);
  const tensors = named.map(({ tensor }) => tensor);
  const loss = () => tensors[0].add(tensors[1]).square().sum();
  for (let i = 0; i < steps; i++) scope(() => optimizer.step(gradients(loss(), tensors)));
  return scope(() => loss().item());
}

for (const [title, optimizer] of all) {
  Deno.test(`${title} descends and leaves no tensor behind`, () => {
    const before = liveTensors();
    const named = weights();
    assert(descend(optimizer, named, 100) < 1);
    freed(named);
    assertEquals(liveTensors(), before);
  });

  Deno.test(`${title} goes on from its state bit for bit`, () => {
    const whole = weights();
    const parts = weights();
    descendInTwo(optimizer, parts);
    descend(optimizer, whole, 7);
    assertEquals(
      parts.map(({ tensor }) => tensor.read()),
      whole.map(({ tensor }) => tensor.read()),
    );
    freed(whole);
    freed(parts);
  });
}

for (const [title, optimizer] of all) {
  Deno.test(`${title}: the device-generic form agrees`, () => {
    const run = () => {
      const named = weights();
      descend(optimizer, named, 3);
      const found = named.map(({ tensor }) => tensor.numbers());
      freed(named);
      return found;
    };
    assertGenericAgrees(run, title);
  });
}

/** Three steps by one optimizer, and four by another that takes its state over. */
function descendInTwo(optimizer: Optimizer, named: readonly NamedTensor[]): void {
  const tensors = named.map(({ tensor }) => tensor);
  const loss = () => tensors[0].add(tensors[1]).square().sum();
  using first = optimizer.init(named);
  using second = optimizer.init(named);
  for (let i = 0; i < 3; i++) scope(() => first.step(gradients(loss(), tensors)));
  second.tensors.forEach(({ tensor, name }, i) => {
    assertEquals(name, first.tensors[i].name);
    tensor.assign(first.tensors[i].tensor);
  });
  second.stepCount = first.stepCount;
  for (let i = 0; i < 4; i++) scope(() => second.step(gradients(loss(), tensors)));
}

Deno.test("optimizers name their state after the parameters", () => {
  const named = weights();
  const names = (chosen: Optimizer) => {
    using optimizer = chosen.init(named);
    return optimizer.tensors.map(({ name }) => name);
  };
  assertEquals(names(sgd()), []);
  assertEquals(names(sgd({ momentum: 0.9 })), [
    "optimizer.momentum.0.weight",
    "optimizer.momentum.0.bias",
  ]);
  assertEquals(names(adam()), [
    "optimizer.exp_avg.0.weight",
    "optimizer.exp_avg.0.bias",
    "optimizer.exp_avg_sq.0.weight",
    "optimizer.exp_avg_sq.0.bias",
  ]);
  freed(named);
});

Deno.test("clipGradNorm scales all gradients by their common norm", () => {
  const named = weights();
  using optimizer = sgd({ lr: 1, clipGradNorm: 0.5 }).init(named);
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

Deno.test("groups are clipped by the common norm of all their gradients", () => {
  const named = weights();
  using optimizer = parameterGroups([
    { optimizer: sgd({ lr: 1 }), takes: isNormOrBias, rateFactor: 10 },
    { optimizer: sgd({ lr: 1 }) },
  ], { clipGradNorm: 0.5 }).init(named);
  scope(() => optimizer.step([Tensor.from([[3, 0], [0, 0]]), Tensor.from([0, 4])], 1));
  [[2.7, -2, 1, 4], [1, -4.6]].forEach((wanted, i) =>
    named[i].tensor.numbers().forEach((value, at) => assertAlmostEquals(value, wanted[at], 1e-6))
  );
  freed(named);
});

Deno.test("biases are told by their names, norms by their rank", () => {
  scope(() => {
    const [matrix, vector] = [Tensor.zeros([2, 2]), Tensor.zeros([2])];
    const kinds = [["bias", vector], ["1.bias", vector], ["1.weight", vector], [
      "1.unbias",
      matrix,
    ]] as const;
    const of = (test: (named: NamedTensor) => boolean) =>
      kinds.map(([name, tensor]) => test({ name, tensor }));
    assertEquals(of(isBias), [true, true, false, false]);
    assertEquals(of(isNormOrBias), [true, true, true, false]);
    const one = parameterGroups([{ optimizer: sgd(), takes: isBias }]);
    assertThrows(() => one.init([{ name: "w", tensor: matrix }]), RangeError, "takes w");
  });
});

Deno.test("Muon's update is nearly orthogonal, of filters too, and tall as well as wide", () => {
  scope(() => {
    const values = [3, -1, 2, 0.5, 4, -2, 1, 1, -3, 2, 0.1, 5];
    for (const shape of [[3, 4], [4, 3]]) {
      const found = orthogonalized(Tensor.from(values).reshape(shape));
      const [rows, columns] = shape;
      const gram = rows < columns
        ? found.matmul(found.transpose())
        : found.transpose().matmul(found);
      gram.numbers().forEach((value, i) =>
        assertAlmostEquals(value, i % 4 === 0 ? 1 : 0, 0.6, `${shape}: ${i}`)
      );
    }
    const named = [{ name: "0.weight", tensor: parameter(Tensor.zeros([4, 3, 1, 1])) }];
    using optimizer = muon({ lr: 0.5, momentum: 0 }).init(named);
    const gradient = Tensor.from(values).reshape([4, 3]);
    optimizer.step([gradient.reshape([4, 3, 1, 1])]);
    const wanted = orthogonalized(gradient).mul(-0.5 * Math.sqrt(4 / 3)).numbers();
    assertEquals(named[0].tensor.numbers(), wanted);
    freed(named);
  });
});

Deno.test("an optimizer throws on settings out of range", () => {
  const refuse = (make: () => Optimizer, message: string) =>
    assertThrows(make, RangeError, message);
  refuse(() => sgd({ lr: -1 }), "sgd: lr must be above 0, not -1");
  refuse(() => sgd({ lr: NaN }), "sgd: lr must be a finite number, not NaN");
  refuse(() => sgd({ nesterov: true }), "sgd: nesterov needs momentum above 0");
  refuse(
    () => sgd({ nesterov: true, momentum: 0.9, dampening: 0.1 }),
    "sgd: nesterov needs dampening 0",
  );
  refuse(() => adam({ beta2: 1 }), "adam: beta2 must be below 1, not 1");
  refuse(() => adamw({ weightDecay: -0.1 }), "adamw: weightDecay must be at least 0, not -0.1");
  refuse(() => rmsprop({ clipGradNorm: 0 }), "rmsprop: clipGradNorm must be above 0, not 0");
  refuse(() => muon({ othersLr: 0 }), "muon: othersLr must be above 0, not 0");
  refuse(() => lookahead(sgd(), { share: 2 }), "lookahead: share must be at most 1, not 2");
  refuse(() => rmsprop.of({ beta1: 0.9 }), 'rmsprop: there is no setting "beta1": there are lr');
});

Deno.test("adamw decays weights by 0.01 unless told otherwise, as torch.optim does; adam does not", () => {
  const after = (chosen: Optimizer) => {
    const named = weights();
    using optimizer = chosen.init(named);
    scope(() => optimizer.step(named.map(({ tensor }) => Tensor.zeros(tensor.shape))));
    const found = named[0].tensor.numbers();
    freed(named);
    return found;
  };
  [3, -2, 1, 4].forEach((weight, i) => {
    assertAlmostEquals(after(adamw({ lr: 0.5 }))[i], weight * (1 - 0.5 * 0.01), 1e-6);
    assertEquals(after(adamw({ lr: 0.5, weightDecay: 0 }))[i], weight);
    assertEquals(after(adam({ lr: 0.5 }))[i], weight);
  });
});

Deno.test("an optimizer of one's own needs a definition and no native code", () => {
  const signed = optimizer({
    name: "signed",
    settings: { lr: z.number().gt(0).default(0.5) },
    state: () => [],
    update({ parameters, gradients, lr }) {
      parameters.tensors.forEach((parameter, i) => {
        const gradient = gradients.tensors[i];
        parameter.assign(parameter.sub(gradient.div(gradient.abs()).mul(lr)));
      });
    },
  });
  const named = weights();
  using state = signed().init(named);
  const slopes = [Tensor.from([[2, -3], [0.1, -9]]), Tensor.from([1, -1])];
  const before = liveTensors();
  state.step(slopes);
  assertEquals(liveTensors(), before);
  assertEquals(named[0].tensor.numbers(), [2.5, -1.5, 0.5, 4.5]);
  assertEquals(signed.name, "signed");
  for (const slope of slopes) slope.dispose();
  freed(named);
});

Deno.test("step() throws where the number of gradients is wrong", () => {
  const named = weights();
  using optimizer = sgd({ lr: 1 }).init(named);
  assertThrows(() => optimizer.step([]), RangeError, "0 gradients for 2 parameters");
  freed(named);
});
