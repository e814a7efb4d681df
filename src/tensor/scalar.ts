import { native } from "../ffi/mod.ts";

const out = new Float64Array(1);

/** A function of one f64 number. */
export type Scalar = (x: number) => number;

const scalar = (kind: number): Scalar => (x) => {
  native.scalar_math(kind, x, out);
  return out[0]!;
};

/** `e^x`, of the same bits on every processor. */
export const exp: Scalar = scalar(0);

/** The natural logarithm, of the same bits on every processor. */
export const ln: Scalar = scalar(1);

/** The cosine, of the same bits on every processor. */
export const cos: Scalar = scalar(2);

/** The hyperbolic tangent, of the same bits on every processor. */
export const tanh: Scalar = scalar(3);

/** `base` to a whole power, of the same bits on every processor. */
export function power(base: number, exponent: number): number {
  native.scalar_powi(base, exponent, out);
  return out[0]!;
}
