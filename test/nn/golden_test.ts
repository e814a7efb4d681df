import { assert } from "@std/assert";
import {
  createOptimizer,
  learningRate,
  type OptimizerOptions,
  type Schedule,
} from "../../src/nn/mod.ts";
import { parameter, scope, Tensor } from "../../src/tensor/mod.ts";
import { assertGolden, type GoldenTensor, readGolden } from "../golden/golden.ts";

interface Steps {
  readonly initial: GoldenTensor[];
  readonly gradients: GoldenTensor[][];
}

interface OptimizerCase {
  readonly name: string;
  readonly options: OptimizerOptions;
  readonly parameters: GoldenTensor[][];
}

interface ScheduleCase {
  readonly name: string;
  readonly options: Schedule;
  readonly base_rate: number;
  readonly total_steps: number;
  readonly rates: number[];
}

const tensorOf = ({ data, shape }: GoldenTensor): Tensor =>
  Tensor.from(Float32Array.from(data), shape);

const { cases } = readGolden<Steps & OptimizerCase>("optimizers");
const { initial, gradients } = cases[0];

for (const { name, options, parameters } of cases.slice(1)) {
  Deno.test(`createOptimizer() makes PyTorch's steps: ${name}`, () =>
    scope(() => {
      const trained = initial.map((golden, i) => ({
        name: String(i),
        tensor: parameter(tensorOf(golden)),
      }));
      using optimizer = createOptimizer(options, trained);
      gradients.forEach((step, i) => {
        optimizer.step(step.map(tensorOf));
        parameters[i].forEach((golden, place) =>
          assertGolden(trained[place].tensor.numbers(), golden, `step ${i}, parameter ${place}`)
        );
      });
      for (const { tensor } of trained) tensor.dispose();
    }));
}

for (
  const { name, options, base_rate, total_steps, rates } of readGolden<ScheduleCase>(
    "schedules",
  ).cases
) {
  Deno.test(`learningRate() is PyTorch's: ${name}`, () => {
    rates.forEach((wanted, step) => {
      const found = learningRate(options, base_rate, step, total_steps);
      assert(Math.abs(found - wanted) <= 1e-12, `step ${step}: ${found}, PyTorch's ${wanted}`);
    });
  });
}
