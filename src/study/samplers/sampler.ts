import type { Value } from "../domain.ts";
import { modelParameter, type Parameter, parametersOf, type Point, type Space } from "../space.ts";
import { type AnySpec, callable, type Complete, complete, type Spec } from "../../settings/mod.ts";

/** What is known of an earlier trial. */
export interface Observation {
  readonly point: Point;
  /** The best validation figure so far, turned so that lower is better; Infinity where it failed. */
  readonly value: number;
  /** Complete epochs. */
  readonly epochs: number;
  /** Whether it was trained to its end. */
  readonly complete: boolean;
}

/** What a trial is drawn from. */
export interface Draws {
  readonly space: Space;
  /** The seed of the study's own chance. */
  readonly seed: number;
  /** What was seen of the trials of completed rounds, in their order. */
  readonly observations: readonly Observation[];
  /** The trials that are drawn before this one in the same round. */
  readonly pending: readonly Point[];
}

/** Draws trial `n`, a pure function of its arguments; undefined where there are no more. */
export type Sampling = (n: number, draws: Draws) => Point | undefined;

/** A way to choose trials, and its settings. */
interface SamplerDefinition<Settings extends object> extends Spec<Settings> {
  readonly title: string;
  /** Whether a trial depends on the figures of earlier ones. */
  readonly adaptive?: boolean;
  sampling(settings: Complete<Settings>): Sampling;
}

/** A sampler whose settings the types do not know. */
export interface Sampler extends AnySpec {
  readonly title: string;
  readonly adaptive?: boolean;
  of(settings: object): Sampling;
}

/** Makes a sampler of its definition. */
export function sampler<Settings extends object>(
  { sampling, ...spec }: SamplerDefinition<Settings>,
): Sampler {
  const of = (settings: object) => sampling(complete(spec, settings));
  return callable(of, { ...spec, of });
}

/** Chooses the model, and then each of its parameters by itself. */
export function independently(
  valueFor: (parameter: Parameter, n: number, draws: Draws) => Value,
): Sampling {
  return (n, draws) => {
    const { models } = draws.space;
    const choice = {
      name: modelParameter,
      key: "model",
      domain: { kind: "choice", values: models },
    } as const;
    const model = models.length === 1 ? models[0] : String(valueFor(choice, n, draws));
    const values = parametersOf(draws.space, model).map((parameter) => {
      const { name, domain } = parameter;
      const isFixed = domain.kind === "choice" && domain.values.length === 1;
      return [name, isFixed ? domain.values[0] : valueFor(parameter, n, draws)];
    });
    return { model, values: Object.fromEntries(values) };
  };
}
