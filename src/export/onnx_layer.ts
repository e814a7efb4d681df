import { UserError } from "../errors.ts";
import { type Layer, sequential } from "../nn/mod.ts";
import { scope, type Tensor } from "../tensor/mod.ts";
import type { StoredTensor } from "../storage/mod.ts";
import { withGroupNorms } from "./onnx_group_norm.ts";
import type { Attribute, Graph, GraphNode } from "./graph.ts";
import { type GivenNode, type Operation, operations, tensorOf } from "./onnx_operations.ts";

/** A part of a graph that is computed at once. */
interface Step {
  /** Its place in the model, `3.0.`. */
  readonly place: string;
  readonly inputs: readonly string[];
  readonly output: string;
  /** What it is: layers of its first input, one after the other, or a function of all inputs. */
  readonly does: readonly Layer[] | ((inputs: readonly Tensor[]) => Tensor);
}

/**
 * The layer that a graph describes: from images as models have them, f32 from 0 to 1, to the classes'
 * scores, whatever the graph takes and gives. Throws a UserError for an operation that wick does not
 * write, and a RangeError for what it writes otherwise.
 */
export function onnxLayer(graph: Graph): Layer {
  const { input, output } = graph;
  const stored = new Map(graph.weights.map((tensor) => [tensor.name, tensor]));
  const ranks = new Map([[input.name, input.shape.length]]);
  const nodes = graph.nodes.filter(({ op, attributes: { value }, output }) => {
    if (op !== "Constant" || value === undefined || !("t" in value)) return true;
    stored.set(output, value.t);
    return false;
  });
  let scores = output.name;
  const last = nodes.at(-1);
  if (last?.op === "Softmax" && last.output === scores) {
    numbersOf(last, { axis: [1] });
    scores = last.inputs[0]; // scores tell the likeliest class and the loss
    nodes.pop();
  }
  const steps = joined(
    withGroupNorms(nodes, stored).map((node) => stepOf(node, stored, ranks)),
    scores,
  );
  if (!ranks.has(scores)) throw new RangeError(`its output ${scores} is given by no operation`);
  const layers = steps.flatMap(({ does }) => isLayers(does) ? [sequential(...does)] : []);
  return {
    kind: "onnx",
    layers,
    forward: (images, { modules }, mode) =>
      scope(() => {
        const values = new Map<string, Tensor>();
        values.set(input.name, input.dtype === "U8" ? pixelsOf(images) : images);
        let place = 0;
        for (const { inputs, output, does } of steps) {
          const given = inputs.map((name) =>
            values.get(name) ?? tensorOf(stored.get(name)!, images.device)
          );
          const value = isLayers(does) ? modules[place++].forward(given[0], mode) : does(given);
          values.set(output, value);
        }
        return values.get(scores)!;
      }),
  };
}

/** Pixels from 0 to 255. */
const pixelsOf = (images: Tensor): Tensor => images.affine(255, 0.5).cast("u8");

function stepOf(
  node: GraphNode,
  stored: ReadonlyMap<string, StoredTensor>,
  ranks: Map<string, number>,
): Step {
  const { name, op, inputs, output } = node;
  const operation = operations.get(op);
  if (operation === undefined) {
    throw new UserError(
      `it has the operation ${op}, which wick's own export does not write and evaluate does not know`,
    );
  }
  const missing = inputs.find((input) => !ranks.has(input) && !stored.has(input));
  if (missing !== undefined) {
    throw new RangeError(`its ${name} takes ${missing}, which is not there`);
  }
  if (inputs.length < (operation.inputs ?? 1)) throw new RangeError(`its ${name} lacks an input`);
  if (ranks.has(output) || stored.has(output)) throw new RangeError(`it has two values ${output}`);
  const numbers = numbersOf(node, operation.takes ?? {});
  const rank = ranks.get(inputs[0]) ?? 0;
  ranks.set(output, operation.rank ?? rank);
  const given: GivenNode = {
    ...{ inputs, numbers, rank },
    stored(input) {
      const found = stored.get(inputs[input]);
      if (found?.dtype === "F32") return found;
      throw new RangeError(`its ${name} has no weight as input ${input + 1}`);
    },
  };
  const does = "layer" in operation
    ? [operation.layer(given)]
    : (tensors: readonly Tensor[]) => operation.call(tensors, numbers);
  const computed = isLayers(does) ? inputs.slice(0, 1) : inputs;
  return { place: name.slice(0, name.lastIndexOf(".") + 1), inputs: computed, output, does };
}

/** The numbers of a node's attributes, which have to be those that the operation takes. */
function numbersOf({ name, attributes }: GraphNode, takes: NonNullable<Operation["takes"]>) {
  const wanted = Object.keys(takes).sort().join();
  const found = Object.keys(attributes).sort().join();
  if (found !== wanted) {
    throw new RangeError(
      `its ${name} has the attributes ${found || "(none)"}; wick writes ${wanted || "(none)"}`,
    );
  }
  return Object.fromEntries(
    Object.entries(attributes).map(([key, attribute]) => {
      const values = numbersIn(attribute);
      const only = takes[key];
      if (only === undefined || `${only}` === `${values}`) return [key, values];
      throw new RangeError(`its ${name} has ${key} ${values}; wick writes ${only}`);
    }),
  );
}

function numbersIn(attribute: Attribute): readonly number[] {
  if ("f" in attribute) return [shortest(attribute.f)];
  if ("i" in attribute) return [attribute.i];
  if ("ints" in attribute) return attribute.ints;
  throw new RangeError("it has a tensor where a number belongs");
}

/** The number with the fewest digits that is this f32: what was written, as 1e-5. */
function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return shorter;
  }
  return value;
}

/**
 * The steps with those of neighbours in one sequence as one: what evaluation folds into one another is
 * then what it folds in the model.
 */
function joined(steps: readonly Step[], scores: string): Step[] {
  const uses = new Map([[scores, 1]]);
  for (const { inputs } of steps) {
    for (const input of inputs) uses.set(input, (uses.get(input) ?? 0) + 1);
  }
  const result: Step[] = [];
  for (const step of steps) {
    const before = result.at(-1);
    if (
      before !== undefined && isLayers(before.does) && isLayers(step.does) &&
      step.inputs[0] === before.output && uses.get(before.output) === 1 &&
      step.place === nextPlace(before.place)
    ) {
      result.splice(-1, 1, {
        ...step,
        inputs: before.inputs,
        does: [...before.does, ...step.does],
      });
    } else result.push(step);
  }
  return result;
}

const isLayers = (does: Step["does"]): does is readonly Layer[] => typeof does !== "function";

/** The place after `3.0.` in the same sequence, `3.1.`. */
const nextPlace = (place: string): string | undefined => {
  const [, sequence, index] = /^(.*?)(\d+)\.$/.exec(place) ?? [];
  return index === undefined ? undefined : `${sequence}${Number(index) + 1}.`;
};
