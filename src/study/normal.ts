import { scalarMath } from "../tensor/mod.ts";

// The coefficients of FreeBSD's s_erf.c, which is:
// Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved. Permission to use, copy, modify,
// and distribute this software is freely granted, provided that this notice is preserved.
// deno-fmt-ignore
const pp = [1.28379167095512558561e-01, -3.25042107247001499370e-01, -2.84817495755985104766e-02,
  -5.77027029648944159157e-03, -2.37630166566501626084e-05];
// deno-fmt-ignore
const qq = [1, 3.97917223959155352819e-01, 6.50222499887672944485e-02, 5.08130628187576562776e-03,
  1.32494738004321644526e-04, -3.96022827877536812320e-06];
// deno-fmt-ignore
const pa = [-2.36211856075265944077e-03, 4.14856118683748331666e-01, -3.72207876035701323847e-01,
  3.18346619901161753674e-01, -1.10894694282396677476e-01, 3.54783043256182359371e-02,
  -2.16637559486879084300e-03];
// deno-fmt-ignore
const qa = [1, 1.06420880400844228286e-01, 5.40397917702171048937e-01, 7.18286544141962662868e-02,
  1.26171219808761642112e-01, 1.36370839120290507362e-02, 1.19844998467991074170e-02];
// deno-fmt-ignore
const ra = [-9.86494403484714822705e-03, -6.93858572707181764372e-01, -1.05586262253232909814e+01,
  -6.23753324503260060396e+01, -1.62396669462573470355e+02, -1.84605092906711035994e+02,
  -8.12874355063065934246e+01, -9.81432934416914548592e+00];
// deno-fmt-ignore
const sa = [1, 1.96512716674392571292e+01, 1.37657754143519042600e+02, 4.34565877475229228821e+02,
  6.45387271733267880336e+02, 4.29008140027567833386e+02, 1.08635005541779435134e+02,
  6.57024977031928170135e+00, -6.04244152148580987438e-02];
// deno-fmt-ignore
const rb = [-9.86494292470009928597e-03, -7.99283237680523006574e-01, -1.77579549177547519889e+01,
  -1.60636384855821916062e+02, -6.37566443368389627722e+02, -1.02509513161107724954e+03,
  -4.83519191608651397019e+02];
// deno-fmt-ignore
const sb = [1, 3.03380607434824582924e+01, 3.25792512996573918826e+02, 1.53672958608443695994e+03,
  3.19985821950859553908e+03, 2.55305040643316442583e+03, 4.74528541206955367215e+02,
  -2.24409524465858183362e+01];

const erx = 8.45062911510467529297e-01;

/** The polynomial with these coefficients, the constant one first, at x. */
const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);

/** 1 - erf(x) in f64: exact to about 1e-15 of itself, of the same bits on every machine. */
export function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  if (x < 0.84375) return 1 - x - x * polynomial(pp, x * x) / polynomial(qq, x * x);
  if (x < 1.25) return 1 - erx - polynomial(pa, x - 1) / polynomial(qa, x - 1);
  if (!(x < 28)) return Number.isNaN(x) ? x : 0;
  const s = 1 / (x * x);
  const [r, q] = x < 1 / 0.35 ? [ra, sa] : [rb, sb];
  // exp(-x^2) loses digits where x^2 is rounded: z has few digits, so that its square is exact.
  const z = Math.fround(x);
  const tail = (z - x) * (z + x) + polynomial(r, s) / polynomial(q, s);
  return scalarMath.exp(-z * z - 0.5625) * scalarMath.exp(tail) / x;
}

/** The chance that a standard normal number is below x. */
export const normalCdf = (x: number): number => erfc(-x * Math.SQRT1_2) / 2;

/** The chance that a standard normal number is from a to b, also far out on one side. */
export const normalMass = (a: number, b: number): number =>
  a > 0 ? normalCdf(-a) - normalCdf(-b) : normalCdf(b) - normalCdf(a);

/**
 * The place from a to b below which a share `u` of the normal numbers between them lies, for a <= 0 <= b,
 * by bisection to 2^-40 of their distance.
 */
export function truncatedNormal(u: number, a: number, b: number): number {
  const from = normalCdf(a);
  const goal = from + u * (normalCdf(b) - from);
  let [low, high] = [a, b];
  for (let bit = 0; bit < 40; bit++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < goal) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** ln(e^x1 + e^x2 + ...); -Infinity where all are. */
export function logSumExp(terms: readonly number[]): number {
  const largest = Math.max(...terms);
  if (largest === -Infinity) return largest;
  return largest + scalarMath.ln(terms.reduce((sum, x) => sum + scalarMath.exp(x - largest), 0));
}
