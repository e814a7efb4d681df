import type { NamedTensor } from "../../tensor/mod.ts";
import { checkCount, clipGradients, type Clipping, type Optimizer } from "./optimizer.ts";

/** Parameters that are updated alike. */
export interface ParameterGroup {
  /** What updates them; its gradients are clipped with those of all groups. */
  readonly optimizer: Optimizer;
  /** Whether a parameter that no group before has taken is of this one; all are by default. */
  readonly takes?: (parameter: NamedTensor) => boolean;
  /** What the learning rate is multiplied by, 1 by default. */
  readonly rateFactor?: number;
}

/**
 * Divides the parameters among optimizers. The last group's name and rate are those of the whole, and
 * it takes what the others left.
 *
 * @example
 * ```ts
 * import { isBias, parameterGroups, sgd } from "@wick/wick";
 *
 * const optimizer = parameterGroups([
 *   { optimizer: sgd({ lr: 0.1 }), takes: isBias, rateFactor: 2 },
 *   { optimizer: sgd({ lr: 0.1, weightDecay: 5e-4 }) },
 * ]);
 * console.log(optimizer.name);
 * ```
 */
export function parameterGroups(
  groups: readonly ParameterGroup[],
  { clipGradNorm = Infinity }: Clipping = {},
): Optimizer {
  const { name, lr: usual } = groups[groups.length - 1].optimizer;
  return {
    name,
    lr: usual,
    init(parameters) {
      const groupOf = parameters.map((parameter) => {
        const group = groups.findIndex(({ takes = () => true }) => takes(parameter));
        if (group < 0) throw new RangeError(`No group of parameters takes ${parameter.name}`);
        return group;
      });
      const partOf = <T>(all: readonly T[], group: number) =>
        all.filter((_, i) => groupOf[i] === group);
      const states = groups.map(({ optimizer }, i) => optimizer.init(partOf(parameters, i)));
      return {
        get stepCount() {
          return states[0].stepCount;
        },
        set stepCount(count) {
          for (const state of states) state.stepCount = count;
        },
        tensors: states.flatMap(({ tensors }) => tensors),
        step(gradients, lr = usual) {
          checkCount(gradients, parameters);
          clipGradients(gradients, clipGradNorm);
          states.forEach((state, i) =>
            state.step(partOf(gradients, i), lr * (groups[i].rateFactor ?? 1))
          );
        },
        [Symbol.dispose]() {
          for (const state of states) state[Symbol.dispose]();
        },
      };
    },
  };
}

/** Whether a parameter is what is added: a bias of a layer, or of a norm. */
export const isBias = ({ name }: NamedTensor): boolean => /(^|\.)bias$/.test(name);

/** Whether a parameter is a bias or a norm's factor, which weight decay often leaves alone. */
export const isNormOrBias = (parameter: NamedTensor): boolean =>
  parameter.tensor.rank <= 1 || isBias(parameter);
