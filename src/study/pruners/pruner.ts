import { type AnySpec, callable, type Complete, complete, type Spec } from "../../settings/mod.ts";

/** What a trial has shown so far, for those that are compared with it. */
export interface Course {
  /** The trial's number. */
  readonly n: number;
  /** The best validation figure up to each epoch, turned so that lower is better. */
  readonly best: readonly number[];
  /** The validation figure of each epoch, turned likewise. */
  readonly values: readonly number[];
  /** Whether it waits for a decision, was trained to its end, or ended otherwise. */
  readonly state: "paused" | "complete" | "pruned" | "failed";
}

/** How much a trial is trained. */
export interface Leave {
  /** The epoch at which it waits for a decision. */
  readonly until: number;
  /** What its best figure must not be above after each epoch, turned so that lower is better. */
  readonly limits?: readonly (number | null)[];
}

/** Decides between rounds how far trials are trained: pure functions of completed rounds. */
export interface Pruning {
  /** What a new trial may do. */
  begin(courses: readonly Course[]): Leave;
  /** The paused trials that go on, the most promising first. */
  goOn(courses: readonly Course[]): Continued[];
  /** The paused trials that go on where there is nothing else to do. */
  atTheEnd(courses: readonly Course[]): Continued[];
}

/** A paused trial that goes on. */
export interface Continued {
  readonly n: number;
  readonly until: number;
}

interface PrunerDefinition<Settings extends object> extends Spec<Settings> {
  readonly title: string;
  pruning(settings: Complete<Settings>): Pruning;
}

/** A pruner whose settings the types do not know. */
export interface Pruner extends AnySpec {
  readonly title: string;
  of(settings: object): Pruning;
}

/** Makes a pruner of its definition. */
export function pruner<Settings extends object>(
  { pruning, ...spec }: PrunerDefinition<Settings>,
): Pruner {
  const of = (settings: object) => pruning(complete(spec, settings));
  return callable(of, { ...spec, of });
}

/** More epochs than any config has. */
export const toTheEnd = 1_000_000;
