import { native } from "../../ffi/mod.ts";
import { z } from "zod";
import { complete } from "../../settings/mod.ts";
import { keep } from "../../tensor/mod.ts";
import type { Optimizer } from "./optimizer.ts";

/** Settings of Lookahead. */
export interface LookaheadOptions {
  /** Steps of the optimizer before the slow weights move, 5 by default. */
  readonly steps?: number;
  /** Share of the way to the fast weights that the slow ones move, 0.5 by default. */
  readonly share?: number;
}

const settings = {
  steps: z.int().min(1).default(5),
  share: z.number().gt(0).max(1).default(0.5),
};

/**
 * Lookahead (Zhang et al., arXiv 1907.08610) around any optimizer: after every `steps` steps the slow
 * weights, at first the initial ones, move towards the parameters, which then go on from there.
 */
export function lookahead(inner: Optimizer, options: LookaheadOptions = {}): Optimizer {
  const { steps, share } = complete<LookaheadOptions>({ name: "lookahead", settings }, options);
  return {
    name: inner.name,
    lr: inner.lr,
    init(parameters) {
      const state = inner.init(parameters);
      const slow = parameters.map(({ name, tensor }) => ({
        name: `optimizer.slow.${name}`,
        tensor: keep(tensor.copy()),
      }));
      const handles = (named: typeof parameters) =>
        Float64Array.from(named, ({ tensor }) => tensor.handle);
      const [slowHandles, fastHandles] = [handles(slow), handles(parameters)];
      return {
        get stepCount() {
          return state.stepCount;
        },
        set stepCount(count) {
          state.stepCount = count;
        },
        tensors: [...state.tensors, ...slow],
        step(gradients, lr) {
          state.step(gradients, lr);
          if (state.stepCount % steps > 0) return;
          native.average_step(slowHandles, fastHandles, share);
          parameters.forEach(({ tensor }, i) => tensor.assign(slow[i].tensor));
        },
        [Symbol.dispose]() {
          for (const { tensor } of slow) tensor.dispose();
          state[Symbol.dispose]();
        },
      };
    },
  };
}
