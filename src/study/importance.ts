import { scalarMath } from "../tensor/mod.ts";
import type { Domain, Value } from "./domain.ts";
import { choiceDensity, type Density, lineDensity, type Widths } from "./parzen.ts";
import { type Parameter, type Point, valueIn } from "./space.ts";
import { type Objective, observationOf, stateOf, type Trial } from "./trial.ts";

/** A trial's point and its figure, lower being better. */
export interface Judged {
  readonly point: Point;
  readonly value: number;
}

/** How much a parameter decides. */
export interface Importance {
  readonly name: string;
  /** Its part of the sum of all. */
  readonly share: number;
}

/** The share of trials that count as good. */
const goodShare = 0.1;

/** The points of the grid that a range is looked at on. */
const gridSteps = 50;

/** What is added to a density, so that it can be divided by. */
const floor = 1e-12;

/** The importance of each parameter in reaching the best tenth of the complete trials. */
export function importances(
  trials: readonly Trial[],
  parameters: readonly Parameter[],
  objective: Objective,
): Importance[] {
  const judged = trials
    .filter((trial) => trial.sameAs === undefined && stateOf(trial) === "complete")
    .map((trial) => observationOf(trial, objective));
  const varied = parameters.filter(({ domain }) =>
    domain.kind === "range" || domain.values.length > 1
  );
  const all = varied.map((parameter) => {
    return { name: parameter.name, divergence: pedAnova(judged, parameter) };
  });
  const sum = all.reduce((total, { divergence }) => total + divergence, 0);
  if (!(sum > 0)) return [];
  return all.map(({ name, divergence }) => ({ name, share: divergence / sum }))
    .sort((a, b) => b.share - a.share);
}

/**
 * The importance of one parameter by PED-ANOVA (Watanabe et al., arXiv 2304.10255): how far the
 * density of its values in the best tenth of the trials is from its density in all of them. With the
 * kernels and the treatment of parameters that some trials lack of Optuna 5.
 */
export function pedAnova(trials: readonly Judged[], parameter: Parameter): number {
  if (trials.length < 2) return 0;
  const sorted = trials.map(({ value }) => value).sort((a, b) => a - b);
  const cutoff = sorted[Math.ceil(goodShare * trials.length) - 1];
  const good = trials.filter(({ value }) => value <= cutoff);
  const valuesOf = (some: readonly Judged[]) =>
    some.flatMap(({ point }) => valueIn(point, parameter) ?? []);
  const [ofGood, ofAll] = [valuesOf(good), valuesOf(trials)];
  if (ofGood.length === 0 || ofAll.length < 2) return 0;
  const [goodPart, allPart] = [ofGood.length / good.length, ofAll.length / trials.length];
  const quantile = good.length / trials.length;
  const divergence = pearsonDivergence(parameter.domain, ofGood, ofAll);
  return goodPart * goodPart / allPart * divergence * quantile * quantile;
}

function pearsonDivergence(
  domain: Domain,
  good: readonly Value[],
  all: readonly Value[],
): number {
  const [of, among] = [good, all].map((values) => gridDensity(domain, values));
  return of.map((density, i) => {
    const ratio = density / among[i] - 1;
    return among[i] * ratio * ratio;
  }).reduce((sum, x) => sum + x, 0);
}

/** The density at each point of a parameter's grid. */
function gridDensity(domain: Domain, values: readonly Value[]): number[] {
  const counts = gridCounts(domain, values);
  const seen = [...counts.keys()].filter((i) => counts[i] > 0);
  const weights = seen.map((i) => counts[i]);
  const size = counts.length;
  const density: Density = domain.kind === "choice"
    ? choiceDensity(seen, weights, size)
    : lineDensity(
      seen,
      weights,
      { low: -0.5, high: size - 0.5 },
      scottWidths(weights, size),
      (i) => [
        i - 0.5,
        i + 0.5,
      ],
    );
  return counts.map((_, i) => scalarMath.exp(density.logAt(i)) + floor);
}

/** How many of the values are nearest to each point of the grid; ties go to the lower one. */
function gridCounts(domain: Domain, values: readonly Value[]): number[] {
  if (domain.kind === "choice") {
    return domain.values.map((choice) => values.filter((value) => value === choice).length);
  }
  const { log, whole } = domain;
  const width = domain.high - domain.low + 1;
  const steps = !whole
    ? gridSteps
    : log
    ? Math.min(Math.ceil(scalarMath.ln(width) / scalarMath.ln(2)) + 1, gridSteps)
    : Math.min(width, gridSteps);
  const on = log ? scalarMath.ln : (x: number) => x;
  const [low, high] = [on(domain.low), on(domain.high)];
  const step = (high - low) / (steps - 1);
  const counts = new Array<number>(steps).fill(0);
  for (const value of values) {
    const index = Math.ceil((on(Number(value)) - low) / step - 0.5);
    counts[Math.min(steps - 1, Math.max(0, index))]++;
  }
  return counts;
}

/** The widths of Scott's rule (1992) for points of a grid that were seen so often. */
function scottWidths(weights: readonly number[], size: number): Widths {
  return (places) => {
    const count = weights.reduce((sum, weight) => sum + weight, 0);
    const sumOf = (f: (place: number) => number) =>
      places.reduce((sum, place, i) => sum + weights[i] * f(place), 0);
    const mean = sumOf((place) => place) / count;
    const deviation = Math.sqrt(
      sumOf((place) => (place - mean) * (place - mean)) / Math.max(1, count - 1),
    );
    let sum = 0;
    const below = weights.map((weight) => sum += weight);
    const first = below.findIndex((x) => x >= Math.floor(count / 4));
    const third = below.findIndex((x) => x > Math.floor(count * 3 / 4));
    const spread = places[third < 0 ? places.length - 1 : third] - places[first];
    const fifthRoot = scalarMath.exp(-0.2 * scalarMath.ln(count));
    const width = Math.max(1.059 * Math.min(spread / 1.34, deviation) * fifthRoot, 0.5 / 1.64);
    return [...places.map(() => width), size];
  };
}
