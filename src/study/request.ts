import { UsageError } from "../errors.ts";
import { type Domain, rangeOf, type Value } from "./domain.ts";

/** A setting as a study file or a command line gives it. */
export interface Given {
  readonly key: string;
  readonly value: unknown;
  /** Where it stands, as an error begins: `study.yaml:7: lr`. */
  readonly place: string;
}

/** A model that is tried, with settings of its own. */
export interface GivenModel {
  /** Its name, or the path of its module. */
  readonly name: string;
  readonly given: readonly Given[];
  readonly place: string;
}

/** A sampler or a pruner by name, with its settings. */
export interface GivenChoice {
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly place: string;
}

/** What a study is asked for, before it is known whether it can be. */
export interface StudyRequest {
  readonly models: readonly GivenModel[];
  readonly given: readonly Given[];
  readonly sampler?: GivenChoice;
  readonly pruner?: GivenChoice;
  readonly trials?: number;
  readonly round?: number;
  /** The seeds of each trial's runs. */
  readonly seeds?: readonly number[];
  /** The seed of the study's own chance. */
  readonly samplerSeed?: number;
}

const isValue = (value: unknown): value is Value =>
  ["string", "number", "boolean"].includes(typeof value);

/** The domain that a value stands for: a list, a range, or one value. */
export function domainOf({ value, place }: Given, whole: boolean): Domain {
  const refuse = (why: string) => new UsageError(`${place}: ${why}`);
  if (Array.isArray(value)) {
    if (value.length === 0) throw refuse("the list is empty: give at least one value");
    const values = value.filter(isValue);
    if (values.length < value.length) throw refuse("a list holds words, numbers, true or false");
    return { kind: "choice", values: [...new Set(values)] };
  }
  if (!isValue(value)) {
    throw refuse("give a value, a list as in [0.1, 0.01], or a range as in log:1e-4..1");
  }
  const range = typeof value === "string" ? rangeOf(value) : undefined;
  if (range === undefined) return { kind: "choice", values: [value] };
  const { low, high, log } = range;
  if (!(low < high)) {
    throw refuse(`the range ${value} is empty: it begins at ${low} and ends at ${high}`);
  }
  if (log && low <= 0) throw refuse(`the range ${value} has no logarithm: begin above 0`);
  if (whole && !(Number.isInteger(low) && Number.isInteger(high))) {
    throw refuse(`the range ${value} must begin and end with whole numbers`);
  }
  return { kind: "range", low, high, log, whole };
}
