import { type Continued, type Leave, pruners } from "./pruners/mod.ts";
import { samplers } from "./samplers/mod.ts";
import { named } from "../settings/mod.ts";
import type { Point } from "./space.ts";
import type { StudySpec } from "./spec.ts";
import { type Objective, observationOf, type Trial, trialCourse } from "./trial.ts";

/** What is trained together, before anything is decided again. */
export interface Round {
  /** Trials that paused and go on. */
  readonly continued: readonly Continued[];
  /** New trials. */
  readonly fresh: readonly { readonly n: number; readonly point: Point }[];
  /** What the new trials may do. */
  readonly leave: Leave;
}

/**
 * The round after these trials: a pure function of the spec and of the trials of completed rounds.
 * Undefined where the study is complete.
 */
export function nextRound(
  spec: StudySpec,
  trials: readonly Trial[],
  objective: Objective,
): Round | undefined {
  const sampler = named("sampler", samplers, spec.sampler.name);
  const pruning = named("pruner", pruners, spec.pruner.name).of(spec.pruner.settings);
  const distinct = trials.filter(({ sameAs }) => sameAs === undefined);
  const courses = distinct.map((trial) => trialCourse(trial, objective));
  // Where nothing is decided by what came before, all trials are one round.
  const size = sampler.adaptive || spec.pruner.name !== "none" ? spec.round : spec.trials;
  const continued = pruning.goOn(courses).slice(0, size);
  const observations = sampler.adaptive
    ? distinct.map((trial) => observationOf(trial, objective))
    : [];
  const sampling = sampler.of(spec.sampler.settings);
  const fresh: { n: number; point: Point }[] = [];
  for (let n = trials.length; n < spec.trials && continued.length + fresh.length < size; n++) {
    const pending = fresh.map(({ point }) => point);
    const draws = { space: spec.space, seed: spec.samplerSeed, observations, pending };
    const point = sampling(n, draws);
    if (point === undefined) break;
    fresh.push({ n, point });
  }
  const leave = pruning.begin(courses);
  if (continued.length > 0 || fresh.length > 0) return { continued, fresh, leave };
  const last = pruning.atTheEnd(courses);
  return last.length > 0 ? { continued: last, fresh, leave } : undefined;
}
