import { Random } from "../../tensor/mod.ts";
import { valueOf } from "../domain.ts";
import { allParameters, type Space } from "../space.ts";
import { independently, type Sampler, sampler } from "./sampler.ts";

/**
 * Halton's sequence (1960) with its digits permuted at random (Owen, arXiv 1706.02808): values that
 * leave no large part of the space untried.
 */
export const halton: Sampler = sampler({
  name: "halton",
  title: "quasi-random, spread evenly (Halton's sequence)",
  settings: {},
  sampling: () =>
    independently(({ name, domain }, n, { seed, space }) =>
      valueOf(domain, scrambledInverse(n, primeOf(space, name), new Random(seed, `halton/${name}`)))
    ),
});

/** The digits of n behind the point in reverse order, each through a permutation of its own. */
export function scrambledInverse(n: number, base: number, random: Random): number {
  let [rest, scale, sum] = [n, 1, 0];
  for (let digit = 0; scale * 0x20000000000000 > 1; digit++) {
    scale /= base;
    sum += random.at({ index: digit }).permutation(base)[rest % base] * scale;
    rest = Math.floor(rest / base);
  }
  return Math.min(sum, 1 - Number.EPSILON);
}

/** Each parameter has a prime of its own, the smaller ones first. */
function primeOf(space: Space, name: string): number {
  const place = allParameters(space).filter(({ domain }) =>
    domain.kind === "range" || domain.values.length > 1
  ).findIndex((parameter) => parameter.name === name);
  const primes = [2];
  for (let next = 3; primes.length <= place; next += 2) {
    if (primes.every((prime) => next % prime !== 0)) primes.push(next);
  }
  return primes[place];
}
