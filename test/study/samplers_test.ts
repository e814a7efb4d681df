import { assert, assertEquals } from "@std/assert";
import { type Domain, valueOf } from "../../src/study/domain.ts";
import { scrambledInverse } from "../../src/study/samplers/halton.ts";
import { samplers } from "../../src/study/samplers/mod.ts";
import type { Draws, Observation } from "../../src/study/samplers/mod.ts";
import type { Point, Space } from "../../src/study/space.ts";
import { Random, scalarMath } from "../../src/tensor/mod.ts";

const space: Space = {
  models: ["linear", "cnn"],
  parameters: [
    {
      name: "lr",
      key: "lr",
      domain: { kind: "range", low: 1e-4, high: 1, log: true, whole: false },
    },
    {
      name: "momentum",
      key: "momentum",
      domain: { kind: "range", low: 0, high: 0.99, log: false, whole: false },
    },
    {
      name: "hidden",
      key: "hidden",
      models: ["cnn"],
      domain: { kind: "range", low: 8, high: 64, log: false, whole: true },
    },
    { name: "opt", key: "opt", domain: { kind: "choice", values: ["sgd", "adamw", "lion"] } },
  ],
};

/** The distance from a place that only a good part of each domain is near to. */
function objective({ model, values }: Point): number {
  const { lr, momentum, hidden = 8, opt } = values;
  const rate = (scalarMath.ln(Number(lr)) - scalarMath.ln(0.03)) / scalarMath.ln(10);
  const width = (Number(hidden) - 40) / 56;
  const share = Number(momentum) - 0.8;
  return rate * rate + share * share + width * width + (opt === "adamw" ? 0 : 0.3) +
    (model === "cnn" ? 0 : 0.5);
}

/** The best value of a study of 64 trials in rounds of 8. */
function studied(name: string, seed: number): number {
  const sampling = samplers.find((sampler) => sampler.name === name)!.of({});
  const observations: Observation[] = [];
  for (let round = 0; round < 8; round++) {
    const pending: Point[] = [];
    const draws: Draws = { space, seed, observations: [...observations], pending };
    for (let n = 8 * round; n < 8 * round + 8; n++) pending.push(sampling(n, draws)!);
    for (const point of pending) {
      observations.push({ point, value: objective(point), epochs: 1, complete: true });
    }
  }
  return Math.min(...observations.map(({ value }) => value));
}

Deno.test("TPE finds a better value than random trials, over 20 seeds, by a factor of 3", () => {
  const mean = (name: string) =>
    Array.from({ length: 20 }, (_, seed) => studied(name, seed)).reduce((a, b) => a + b) / 20;
  const [tpe, random] = [mean("tpe"), mean("random")];
  assert(tpe * 3 < random, `TPE ${tpe}, random ${random}`);
});

Deno.test("Halton's numbers fill each of 125 cells of a range once, in an order of the seed's", () => {
  const cells = (seed: number) =>
    Array.from(
      { length: 125 },
      (_, n) => Math.floor(125 * scrambledInverse(n, 5, new Random(seed, "h")) + 1e-9),
    );
  assertEquals([...cells(1)].sort((a, b) => a - b), Array.from({ length: 125 }, (_, i) => i));
  assert(cells(1).join() !== cells(2).join());
});

Deno.test("the values of a range begin and end with it, and those of a logarithm are as many in each power", () => {
  const whole: Domain = { kind: "range", low: 8, high: 11, log: false, whole: true };
  const shares = [0, 0.24, 0.26, 0.5, 0.76, 0.9999];
  assertEquals(shares.map((u) => valueOf(whole, u)), [8, 8, 9, 10, 11, 11]);
  const rate: Domain = { kind: "range", low: 1e-4, high: 1, log: true, whole: false };
  assertEquals([0, 0.25, 0.5, 0.75].map((u) => valueOf(rate, u)), [1e-4, 1e-3, 1e-2, 0.1]);
});

Deno.test("a trial is the same whatever was drawn before it", () => {
  for (const { name, of, adaptive } of samplers) {
    if (adaptive) continue;
    const draws: Draws = { space, seed: 3, observations: [], pending: [] };
    if (name === "grid") continue; // it has no end of learning rates
    assertEquals(of({})(17, draws), of({})(17, { ...draws, pending: [of({})(16, draws)!] }), name);
  }
});
