import { Random } from "../tensor/mod.ts";

/**
 * The k-th number from [0, 1) of trial `n` for one purpose, with 53 random bits: a function of these
 * alone, so that a trial is the same wherever and whenever it is drawn.
 */
export function draw(seed: number, purpose: string, n: number, k = 0): number {
  return draws(seed, purpose, n, k + 1)[k];
}

/** The first `count` of these numbers. */
export function draws(seed: number, purpose: string, n: number, count: number): number[] {
  const bits = new Random(seed, `study/${purpose}`).at({ index: n }).bits(2 * count);
  return Array.from({ length: count }, (_, k) => {
    const [high, low] = [bits[2 * k] >>> 5, bits[2 * k + 1] >>> 6];
    return (high * 0x4000000 + low) / 0x20000000000000;
  });
}
