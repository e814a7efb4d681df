import { z } from "zod";
import { type Domain, lineOf, placeOf, type Value, valueAt, valueOf } from "../domain.ts";
import { draw, draws } from "../draw.ts";
import { choiceDensity, type Density, lineDensity, observationWeights } from "../parzen.ts";
import { type Parameter, type Point, valueIn } from "../space.ts";
import { independently, type Observation, type Sampler, sampler } from "./sampler.ts";

/**
 * The tree-structured Parzen estimator (Bergstra et al., "Algorithms for hyper-parameter
 * optimization", NIPS 2011), each parameter by itself, with the kernels, weights and split of
 * Optuna's `TPESampler`. Trials of the same round count as bad ones, so that a round does not try
 * one place many times (Optuna's `constant_liar`); so do trials that failed.
 */
export const tpe: Sampler = sampler({
  name: "tpe",
  title: "where good trials are likelier than bad ones (TPE)",
  adaptive: true,
  settings: {
    startup: z.int().min(1).default(10).describe("trials at random to begin with"),
    candidates: z.int().min(1).max(1000).default(24).describe("values of which the best is taken"),
  },
  sampling: ({ startup, candidates }) =>
    independently((parameter, n, { seed, observations, pending }) => {
      const { name, domain } = parameter;
      if (observations.length < startup) return valueOf(domain, draw(seed, name, n));
      const [good, bad] = split(observations.map(({ point, ...rest }, i) => {
        return { ...rest, n: i, value: rest.value, observed: valueIn(point, parameter) };
      }));
      const below = densityOf(domain, good);
      const above = densityOf(domain, [...bad, ...valuesIn(pending, parameter)]);
      const numbers = draws(seed, `tpe/${name}`, n, 2 * candidates);
      let best: { value: Value; score: number } | undefined;
      for (let i = 0; i < candidates; i++) {
        const value = settled(domain, below.sample(numbers[2 * i], numbers[2 * i + 1]));
        const place = internal(domain, value);
        const score = below.logAt(place) - above.logAt(place);
        if (best === undefined || score > best.score) best = { value, score };
      }
      return best!.value;
    }),
});

type Seen = Omit<Observation, "point"> & {
  readonly n: number;
  readonly observed: Value | undefined;
};

/**
 * The values of the best tenth of all trials, 25 at most, and of the others, each in the order of the
 * trials. A trial that was trained to its end is better than any that was not, and of the others the
 * one that came further.
 */
function split(seen: readonly Seen[]): [good: Value[], bad: Value[]] {
  const known = seen.filter(({ observed }) => observed !== undefined);
  const rank = ({ complete, value }: Seen) => value === Infinity ? 2 : complete ? 0 : 1;
  const ranked = known.toSorted((a, b) =>
    rank(a) - rank(b) || (rank(a) === 1 ? b.epochs - a.epochs : 0) ||
    (a.value < b.value ? -1 : a.value > b.value ? 1 : a.n - b.n)
  );
  const count = Math.min(Math.ceil(known.length / 10), 25);
  const values = (some: readonly Seen[]) =>
    some.toSorted((a, b) => a.n - b.n).flatMap(({ observed }) => observed ?? []);
  return [values(ranked.slice(0, count)), values(ranked.slice(count))];
}

const valuesIn = (points: readonly Point[], parameter: Parameter): Value[] =>
  points.flatMap((point) => valueIn(point, parameter) ?? []);

function densityOf(domain: Domain, values: readonly Value[]): Density {
  const weights = observationWeights(values.length);
  const places = values.map((value) => internal(domain, value));
  if (domain.kind === "choice") return choiceDensity(places, weights, domain.values.length);
  const { whole } = domain;
  const edges = whole
    ? (place: number) => {
      const value = valueAt(domain, place);
      return [placeOf(domain, value - 0.5), placeOf(domain, value + 0.5)] as const;
    }
    : undefined;
  return lineDensity(places, weights, lineOf(domain), undefined, edges);
}

/** A value as densities know it: the index of a choice, or the place on a line. */
const internal = (domain: Domain, value: Value): number =>
  domain.kind === "choice" ? domain.values.indexOf(value) : placeOf(domain, Number(value));

/** The value that a density's sample stands for. */
const settled = (domain: Domain, sample: number): Value =>
  domain.kind === "choice" ? domain.values[sample] : valueAt(domain, sample);
