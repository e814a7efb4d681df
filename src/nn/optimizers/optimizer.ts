import { z } from "zod";
import { native } from "../../ffi/mod.ts";
import { callable, type Complete, complete, type Schemas, type Spec } from "../../settings/mod.ts";
import { keep, type NamedTensor, noGradients, scope, Tensor, written } from "../../tensor/mod.ts";
import { counted } from "../../printable.ts";

/** What every optimizer has among its settings. */
export interface LearningRate {
  /** Learning rate of a `step` that is given no rate. */
  readonly lr?: number;
}

/** What every optimizer takes besides its settings. */
export interface Clipping {
  /** Greatest norm of all gradients together; greater norms are scaled down. Without a limit by default. */
  readonly clipGradNorm?: number;
}

/** How parameters are updated: a value that knows no parameters yet. */
export interface Optimizer {
  /** Which optimizer it is, `sgd`. */
  readonly name: string;
  /** Learning rate that a schedule begins with. */
  readonly lr: number;
  /** Takes parameters over; its state begins as zeros. */
  init(parameters: readonly NamedTensor[]): OptimizerState;
}

/** Updates its parameters in place. Disposing it frees what it remembers, not the parameters. */
export interface OptimizerState extends Disposable {
  /** Steps made so far; set it to resume from a checkpoint. */
  stepCount: number;
  /** What it remembers, `optimizer.momentum.0.weight`: save it with the parameters. */
  readonly tensors: readonly NamedTensor[];
  /** One step along `gradients`, which are in the parameters' order, and are clipped in place. */
  step(gradients: readonly Tensor[], lr?: number): void;
}

/** A tensor for each parameter, and their handles for one native call. */
export interface TensorList {
  /** The tensors, in the parameters' order. */
  readonly tensors: readonly Tensor[];
  /** Their handles. */
  readonly handles: Float64Array<ArrayBuffer>;
}

/** What an update works on. */
export interface Update<Settings extends object> {
  /** The optimizer's settings, defaults filled in. */
  readonly settings: Complete<Settings>;
  /** What is updated, in place. */
  readonly parameters: TensorList;
  /** A gradient for each parameter. */
  readonly gradients: TensorList;
  /** The state of a name; an empty list where the optimizer has no state of that name. */
  readonly state: (name: string) => TensorList;
  /** The learning rate of this step. */
  readonly lr: number;
  /** Counts from 1. */
  readonly step: number;
}

/** An optimizer's definition: its settings, its state and its update. */
export interface OptimizerDefinition<Settings extends LearningRate> extends Spec<Settings> {
  /** Names of its state, each a tensor of zeros beside every parameter. */
  state(settings: Complete<Settings>): readonly string[];
  /** Updates parameters and state in place, by a native call or by `tensor.assign(...)`. */
  update(update: Update<Settings>): void;
}

/** An optimizer of its settings, which `--opt` chooses by name. */
export interface OptimizerSpec<Settings extends LearningRate = LearningRate>
  extends Spec<Settings> {
  (settings?: Partial<Settings> & Clipping): Optimizer;
  /** The optimizer of settings that come from outside, such as a config. */
  of(settings: object): Optimizer;
}

const clipping: Schemas<Clipping> = { clipGradNorm: z.number().gt(0).default(Infinity) };

/**
 * Makes an optimizer of its definition.
 *
 * @example
 * ```ts
 * import { build, linear, Random, sgd } from "@wick/wick";
 *
 * using model = build(linear(784, 10), new Random(42, "init"));
 * using optimizer = sgd({ lr: 0.1, momentum: 0.9 }).init(model.parameters);
 * console.log(optimizer.tensors.map(({ name }) => name)); // momentum of weight and bias
 * ```
 */
export function optimizer<Settings extends LearningRate>(
  definition: OptimizerDefinition<Settings>,
): OptimizerSpec<Settings> {
  const { state: _state, update: _update, ...spec } = definition;
  return optimizerSpec(spec, (settings, { clipGradNorm }) => ({
    name: spec.name,
    lr: settings.lr,
    init: (parameters) => begin(definition, settings, clipGradNorm, parameters),
  }));
}

/** Makes an optimizer that is composed of others: a function of its settings. */
export function optimizerSpec<Settings extends LearningRate>(
  spec: Spec<Settings>,
  make: (settings: Complete<Settings>, clipping: Required<Clipping>) => Optimizer,
): OptimizerSpec<Settings> {
  const of = (given: object): Optimizer => {
    const { clipGradNorm, ...own }: Clipping = { ...given };
    const most = complete({ name: spec.name, settings: clipping }, { clipGradNorm });
    return make(complete(spec, own), most);
  };
  return callable((settings: object = {}) => of(settings), { ...spec, of });
}

/** Scales gradients, in place, to a common norm of at most `most`. */
export function clipGradients(gradients: readonly Tensor[], most: number): void {
  if (most === Infinity) return;
  native.tensor_free(native.clip_gradient_norm(listOf(gradients).handles, most));
  gradients.forEach(written);
}

/** Throws where there is not one gradient for each parameter. */
export function checkCount(gradients: readonly Tensor[], parameters: readonly NamedTensor[]): void {
  if (gradients.length === parameters.length) return;
  throw new RangeError(
    `Cannot step with ${counted(gradients.length, "gradient")} for ${
      counted(parameters.length, "parameter")
    }`,
  );
}

function begin<Settings extends LearningRate>(
  { state: stateNames, update }: OptimizerDefinition<Settings>,
  settings: Complete<Settings>,
  clipGradNorm: number,
  named: readonly NamedTensor[],
): OptimizerState {
  const parameters = listOf(named.map(({ tensor }) => tensor));
  const zeros = () => listOf(named.map(({ tensor }) => keep(Tensor.zeros(tensor.shape, tensor))));
  const state = new Map(stateNames(settings).map((name) => [name, zeros()]));
  const handles = new Float64Array(named.length);
  const none = listOf([]);
  return {
    stepCount: 0,
    tensors: [...state].flatMap(([kind, { tensors }]) =>
      tensors.map((tensor, i) => ({ name: `optimizer.${kind}.${named[i].name}`, tensor }))
    ),
    step(tensors, lr = settings.lr) {
      checkCount(tensors, named);
      for (let i = 0; i < tensors.length; i++) handles[i] = tensors[i].handle;
      clipGradients(tensors, clipGradNorm);
      const step = ++this.stepCount;
      const gradients = { tensors, handles };
      const stateOf = (name: string) => state.get(name) ?? none;
      // An update may be written in tensor operations: none is recorded, and what they make is freed.
      scope(() =>
        noGradients(() => update({ settings, parameters, gradients, state: stateOf, lr, step }))
      );
      parameters.tensors.forEach(written);
    },
    [Symbol.dispose]() {
      for (const { tensors } of state.values()) for (const tensor of tensors) tensor.dispose();
    },
  };
}

const listOf = (tensors: readonly Tensor[]): TensorList => ({
  tensors,
  handles: Float64Array.from(tensors, ({ handle }) => handle),
});
