import type { Domain, Value } from "../domain.ts";
import { type Parameter, parametersOf, type Point } from "../space.ts";
import { type Sampler, sampler } from "./sampler.ts";

/** The values of a domain in a grid; undefined where it is a range that has no end of them. */
export function gridValues(domain: Domain): readonly Value[] | undefined {
  if (domain.kind === "choice") return domain.values;
  const { low, high, log } = domain;
  if (log || !Number.isInteger(low) || !Number.isInteger(high)) return undefined;
  return Array.from({ length: high - low + 1 }, (_, i) => low + i);
}

/** How many combinations of a model's values there are. */
export const combinationCount = (parameters: readonly Parameter[]): number =>
  parameters.reduce((count, { domain }) => count * (gridValues(domain)?.length ?? Infinity), 1);

/** Each combination of values, the first model's first, the last parameter fastest. */
export const grid: Sampler = sampler({
  name: "grid",
  title: "each combination of values",
  settings: {},
  sampling: () => (n, { space }): Point | undefined => {
    let rest = n;
    for (const model of space.models) {
      const parameters = parametersOf(space, model);
      const count = combinationCount(parameters);
      if (rest < count) return { model, values: combination(parameters, rest) };
      rest -= count;
    }
  },
});

function combination(parameters: readonly Parameter[], n: number): Record<string, Value> {
  let rest = n;
  const values = parameters.toReversed().map(({ name, domain }) => {
    const all = gridValues(domain)!;
    const index = rest % all.length;
    rest = (rest - index) / all.length;
    return [name, all[index]] as const;
  });
  return Object.fromEntries(values.reverse());
}
