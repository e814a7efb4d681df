/** wick's operations one by one. Speaks the protocol in bench/README.md: a model is an operation, an image a call. */
import { build } from "../src/nn/mod.ts";
import {
  gradients,
  noGradients,
  parameter,
  Random,
  scope,
  type Tensor,
} from "../src/tensor/mod.ts";
import { layerOf, operations } from "./operation_list.ts";
import { type Loop, serve, timed, useThreads } from "./serve.ts";

/** An input as the layer before would leave it: images lie innermost. */
function inputOf(shape: readonly number[], batch: number): Tensor {
  const random = new Random(0, "bench");
  if (shape.length === 1) return random.normal([batch, ...shape]);
  return random.normal([...shape, batch]).permute([3, 0, 1, 2]);
}

function loop(name: string, batch: number, withGradients: boolean): Loop {
  const { layer, input } = operations[name];
  const model = build(layerOf(layer), new Random(0, "init"));
  const x = parameter(inputOf(input, batch));
  const leaves = [x, ...model.parameters.map(({ tensor }) => tensor)];
  const random = new Random(0, "dropout");
  let index = 0;
  const forward = () => model.forward(x, { training: true, random: random.at({ index: index++ }) });
  const work = withGradients
    ? () => {
      const y = forward();
      gradients(y.mul(y).sum(), leaves);
    }
    : () => noGradients(forward);
  return () => {
    scope(() => void work());
    return 1;
  };
}

const loops = new Map<string, Loop>();

useThreads();
await serve(({ run, model, batch = 1, seconds = 0 }) => {
  const key = `${run} ${model} ${batch}`;
  const known = loops.get(key) ?? loop(model, batch, run === "gradients");
  if (!loops.has(key)) timed(known, 0.1);
  loops.set(key, known);
  return timed(known, seconds);
});
