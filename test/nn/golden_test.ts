import { assert } from "@std/assert";
import {
  isNormOrBias,
  lookahead,
  type LookaheadOptions,
  optimizers,
  parameterGroups,
  schedules,
} from "../../src/nn/mod.ts";
import { named } from "../../src/settings/mod.ts";
import { parameter, scope, Tensor } from "../../src/tensor/mod.ts";
import { assertGolden, type GoldenTensor, readGolden } from "../golden/golden.ts";

interface Steps {
  readonly initial: GoldenTensor[];
  readonly gradients: GoldenTensor[][];
}

interface OptimizerCase {
  readonly name: string;
  readonly options: {
    readonly name: string;
    readonly lookahead?: LookaheadOptions;
    /** What is different for parameters of one dimension. */
    readonly vectors?: { readonly weightDecay: number; readonly rateFactor: number };
  };
  readonly parameters: GoldenTensor[][];
}

interface ScheduleCase {
  readonly name: string;
  readonly options: { readonly name: string };
  readonly base_rate: number;
  readonly total_steps: number;
  readonly rates: number[];
  readonly validation_losses?: number[];
}

const tensorOf = ({ data, shape }: GoldenTensor): Tensor =>
  Tensor.from(Float32Array.from(data), shape);

const { cases } = readGolden<Steps & OptimizerCase>("optimizers");
const { initial, gradients } = cases[0];

function optimizerOf({ name, lookahead: ahead, vectors, ...options }: OptimizerCase["options"]) {
  const spec = named("optimizer", optimizers, name);
  const plain = spec.of(options);
  if (ahead !== undefined) return lookahead(plain, ahead);
  if (vectors === undefined) return plain;
  const { rateFactor, ...others } = vectors;
  return parameterGroups([
    { optimizer: spec.of({ ...options, ...others }), takes: isNormOrBias, rateFactor },
    { optimizer: plain },
  ]);
}

for (const { name, options, parameters } of cases.slice(1)) {
  Deno.test(`an optimizer makes PyTorch's steps: ${name}`, () =>
    scope(() => {
      const trained = initial.map((golden, i) => ({
        name: String(i),
        tensor: parameter(tensorOf(golden)),
      }));
      using optimizer = optimizerOf(options).init(trained);
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
  const { name, options, base_rate, total_steps, rates, validation_losses } of readGolden<
    ScheduleCase
  >("schedules").cases
) {
  Deno.test(`a schedule is PyTorch's: ${name}`, () => {
    const { name: which, ...settings } = options;
    const schedule = named("schedule", schedules, which).of(settings);
    // An epoch of one step, so that epochs are steps.
    const run = {
      stepsPerEpoch: 1,
      totalSteps: total_steps,
      validationLosses: validation_losses,
    };
    rates.forEach((wanted, step) => {
      const found = schedule.rate(base_rate, step, run);
      assert(Math.abs(found - wanted) <= 1e-12, `step ${step}: ${found}, PyTorch's ${wanted}`);
    });
  });
}
