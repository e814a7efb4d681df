import { cos, exp, ln } from "./scalar.ts";

/** A source of numbers uniform in [0, 1): asked for more, it gives the same ones and then others. */
interface Chance {
  uniforms(count: number): Float32Array;
}

/**
 * A number of the distribution Beta(a, a): x / (x + y) for x and y of Gamma(a). Throws RangeError for
 * an `a` that is not in [0.001, 1000].
 */
export function beta(chance: Chance, a: number): number {
  if (!(a >= 0.001 && a <= 1000)) {
    throw new RangeError(`Cannot draw of Beta(${a}, ${a}): the number has to be in [0.001, 1000]`);
  }
  const words = uniforms(chance);
  const [x, y] = [lnGamma(words, a), lnGamma(words, a)];
  return 1 / (1 + exp(y - x));
}

/** Numbers uniform in (0, 1], without an end. */
function* uniforms(chance: Chance): Generator<number, never> {
  for (let from = 0, count = 32;; from = count, count *= 2) {
    for (const number of chance.uniforms(count).subarray(from)) yield 1 - number;
  }
}

/**
 * ln of a number of the gamma distribution of this shape and scale 1, by Marsaglia and Tsang's
 * rejection ("A simple method for generating gamma variables", 2000); for a shape a below 1 it is that
 * of a + 1 times u^(1/a).
 */
function lnGamma(words: Generator<number, never>, shape: number): number {
  const next = () => words.next().value;
  const lift = shape < 1 ? ln(next()) / shape : 0;
  const d = (shape < 1 ? shape + 1 : shape) - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  while (true) {
    const radius = Math.sqrt(-2 * ln(next()));
    const x = radius * cos(2 * Math.PI * next());
    const root = 1 + c * x;
    const v = root * root * root;
    const u = next();
    if (v > 0 && ln(u) < 0.5 * x * x + d - d * v + d * ln(v)) return ln(d * v) + lift;
  }
}
