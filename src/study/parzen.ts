import { scalarMath } from "../tensor/mod.ts";
import type { Line } from "./domain.ts";
import { logSumExp, normalMass, truncatedNormal } from "./normal.ts";

/** A density over one parameter, made of observed values. */
export interface Density {
  /** The value where the kernel is chosen by the first number from [0, 1), the place by the second. */
  sample(kernel: number, place: number): number;
  /** The logarithm of the density, or of the chance of a whole number, there. */
  logAt(value: number): number;
}

/** The weights of observations, the oldest first: beyond 25 the older ones count less, as in Optuna. */
export function observationWeights(count: number): number[] {
  const ramp = count - 25;
  return Array.from(
    { length: count },
    (_, i) =>
      i >= ramp || ramp <= 0
        ? 1
        : ramp === 1
        ? 1 / count
        : 1 / count + i * (1 - 1 / count) / (ramp - 1),
  );
}

/** The kernel that a number from [0, 1) falls on, if each has its share of the weights' sum. */
function pick(weights: readonly number[], u: number): number {
  const goal = u * weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  const found = weights.findIndex((weight) => (sum += weight) > goal);
  return found < 0 ? weights.length - 1 : found;
}

/** The density over choices, by their indices: a kernel for each observation and one for the prior. */
export function choiceDensity(
  observed: readonly number[],
  weights: readonly number[],
  choices: number,
): Density {
  const kernels = observed.length + 1;
  const all = [...weights, 1];
  const total = all.reduce((sum, weight) => sum + weight, 0);
  const base = observed.length === 0 ? 1 : 1 / kernels;
  const chances = Array.from({ length: choices }, (_, choice) =>
    all.reduce((sum, weight, i) => {
      const isPrior = i === observed.length;
      const hit = (observed[i] === choice ? 1 : 0) + base;
      return sum + weight / total * hit / (choices * base + (isPrior ? 0 : 1));
    }, 0));
  return {
    sample: (_, u) => pick(chances, u),
    logAt: (choice) => scalarMath.ln(chances[choice]),
  };
}

/** ln(2 pi) / 2. */
const halfLogTau = 0.9189385332046727;

/** How wide the kernel at each place is, and how wide the prior's at the end. */
export type Widths = (places: readonly number[], line: Line) => readonly number[];

/**
 * The density over a line: a normal kernel, cut off at the ends of the line, at each observation, and
 * one for the prior in the middle. `edges` are the ends of what counts as the same value as a place
 * on the line, where values are whole numbers.
 */
export function lineDensity(
  observed: readonly number[],
  weights: readonly number[],
  line: Line,
  widths: Widths = neighbourWidths,
  edges?: (place: number) => readonly [number, number],
): Density {
  const { low, high } = line;
  const places = [...observed, (low + high) / 2];
  const sigmas = widths(observed, line);
  const all = [...weights, 1];
  const total = all.reduce((sum, weight) => sum + weight, 0);
  // What a kernel's logarithm has at every place: its weight, its share on the line, its height.
  const constants = places.map((mu, i) => {
    const mass = normalMass((low - mu) / sigmas[i], (high - mu) / sigmas[i]);
    const height = edges === undefined ? sigmas[i] * scalarMath.exp(halfLogTau) : 1;
    return scalarMath.ln(all[i] / (total * mass * height));
  });
  const logKernel = (i: number, place: number, ends?: readonly [number, number]) => {
    const sigma = sigmas[i];
    if (ends !== undefined) {
      const mass = normalMass((ends[0] - places[i]) / sigma, (ends[1] - places[i]) / sigma);
      return mass > 0 ? scalarMath.ln(mass) : -Infinity;
    }
    const z = (place - places[i]) / sigma;
    return -z * z / 2;
  };
  return {
    sample(kernel, u) {
      const i = pick(all, kernel);
      const [mu, sigma] = [places[i], sigmas[i]];
      return mu + sigma * truncatedNormal(u, (low - mu) / sigma, (high - mu) / sigma);
    },
    logAt(place) {
      const ends = edges?.(place);
      return logSumExp(places.map((_, i) => constants[i] + logKernel(i, place, ends)));
    },
  };
}

/** The larger distance to a neighbour, neither narrower nor wider than the line allows, as in Optuna. */
export const neighbourWidths: Widths = (places, { low, high }) => {
  const order = [...places.keys()].sort((a, b) => places[a] - places[b] || a - b);
  const narrowest = (high - low) / Math.min(100, 2 + places.length);
  const widths = new Array<number>(places.length + 1).fill(high - low);
  for (const [rank, i] of order.entries()) {
    const before = rank > 0 ? places[i] - places[order[rank - 1]] : undefined;
    const after = rank + 1 < order.length ? places[order[rank + 1]] - places[i] : undefined;
    const alone = Math.max(places[i] - low, high - places[i]);
    const width = before === undefined && after === undefined
      ? alone
      : Math.max(before ?? 0, after ?? 0);
    widths[i] = Math.min(high - low, Math.max(narrowest, width));
  }
  return widths;
};
