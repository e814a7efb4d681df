import { assertAlmostEquals, assertEquals } from "@std/assert";
import golden from "../golden/importance.json" with { type: "json" };
import { type Domain, lineOf, placeOf, type Value, valueAt } from "../../src/study/domain.ts";
import { pedAnova } from "../../src/study/importance.ts";
import { choiceDensity, lineDensity, observationWeights } from "../../src/study/parzen.ts";

const domains: Readonly<Record<string, Domain>> = {
  lr: { kind: "range", low: 1e-4, high: 1, log: true, whole: false },
  momentum: { kind: "range", low: 0, high: 0.99, log: false, whole: false },
  hidden: { kind: "range", low: 8, high: 64, log: false, whole: true },
  width: { kind: "range", low: 4, high: 256, log: true, whole: true },
  opt: { kind: "choice", values: ["sgd", "adamw", "lion"] },
};

/** Whether two numbers agree to nine digits. */
function assertClose(is: number, should: number, what: string): void {
  assertAlmostEquals(is, should, 1e-9 * Math.max(1, Math.abs(should)), what);
}

Deno.test("importances are those of Optuna's PED-ANOVA, for parameters that some trials lack too", () => {
  assertEquals(golden.made_by, "optuna 5.0.0");
  for (const { trials, importances } of golden.studies) {
    const judged = trials.map(({ params, value }) => {
      const values = Object.entries(params).filter(([, value]) => value !== undefined);
      return {
        point: { model: "cnn", values: Object.fromEntries(values) as Record<string, Value> },
        value: -value,
      };
    });
    for (const [name, domain] of Object.entries(domains)) {
      const is = pedAnova(judged, { name, key: name, domain });
      assertClose(is, importances[name as keyof typeof importances], `${trials.length}: ${name}`);
    }
  }
});

Deno.test("TPE's densities are Optuna's, for numbers, whole numbers, logarithms and choices", () => {
  for (const { name, observed, asked, logs } of golden.estimators) {
    const domain = domains[name];
    const weights = observationWeights(observed.length);
    for (const [i, value] of asked.entries()) {
      const what = `${name} at ${value} after ${observed.length}`;
      if (domain.kind === "choice") {
        const indices = observed.map((value) => domain.values.indexOf(value));
        const density = choiceDensity(indices, weights, domain.values.length);
        assertClose(density.logAt(domain.values.indexOf(value)), logs[i], what);
        continue;
      }
      const places = observed.map((value) => placeOf(domain, Number(value)));
      const edges = (place: number) => {
        const value = valueAt(domain, place);
        return [placeOf(domain, value - 0.5), placeOf(domain, value + 0.5)] as const;
      };
      const line = lineOf(domain);
      const density = lineDensity(
        places,
        weights,
        line,
        undefined,
        domain.whole ? edges : undefined,
      );
      assertClose(density.logAt(placeOf(domain, Number(value))), logs[i], what);
    }
  }
});
