import { native } from "../ffi/mod.ts";

const out = new Float64Array(1);

const scalar = (kind: number) => (x: number): number => {
  native.scalar_math(kind, x, out);
  return out[0]!;
};

/** `e^x`, of the same bits on every processor. */
export const exp = scalar(0);

/** The natural logarithm, of the same bits on every processor. */
export const ln = scalar(1);

/** The cosine, of the same bits on every processor. */
export const cos = scalar(2);

/** The hyperbolic tangent, of the same bits on every processor. */
export const tanh = scalar(3);

/** `base` to a whole power, of the same bits on every processor. */
export function power(base: number, exponent: number): number {
  native.scalar_powi(base, exponent, out);
  return out[0]!;
}
