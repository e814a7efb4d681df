/** A tensor as the golden files hold it, row-major. */
export interface GoldenTensor {
  readonly shape: number[];
  readonly dtype: "f32" | "f64" | "u8" | "u32";
  readonly data: number[];
}

/** One call of one operation, with what PyTorch made of it. */
export interface OperationCase {
  readonly operation: string;
  readonly name: string;
  readonly arguments: Record<string, unknown>;
  readonly inputs: Record<string, GoldenTensor>;
  readonly output: GoldenTensor;
  readonly output_gradient?: GoldenTensor;
  readonly gradients?: Record<string, GoldenTensor>;
}

/** Losses of 200 training steps in both precisions. */
export interface CurveCase {
  readonly model: "linear" | "nonlinear" | "cnn";
  readonly optimizer: "sgd" | "adam" | "adamw";
  readonly seed: number;
  readonly f32: number[];
  readonly f64: number[];
  /** How far PyTorch's own f32 losses have been from its f64 ones, up to each step. */
  readonly distance: number[];
}

/** A golden file: who made it, and its cases. */
export interface Golden<Case> {
  readonly made_by: Record<string, string | number>;
  readonly cases: Case[];
}

const SPECIAL: Record<string, number> = { NaN, Infinity, "-Infinity": -Infinity };

/** Reads `test/golden/<name>.json`; the caller says which kind of case it holds. */
export const readGolden = <Case>(name: string): Golden<Case> =>
  JSON.parse(
    Deno.readTextFileSync(new URL(`./${name}.json`, import.meta.url)),
    (key, value) => key === "data" && Array.isArray(value) ? value.map(readNumber) : value,
  );

const readNumber = (value: number | string) => typeof value === "string" ? SPECIAL[value] : value;

/**
 * Throws unless `actual` equals the golden tensor as README.md says ("The format"). `ofLargest` is what a number may be off
 * by as a share of the tensor's largest, where the operation's error is one of all terms of a sum.
 */
export const assertGolden = (
  actual: ArrayLike<number>,
  golden: GoldenTensor,
  what: string,
  ofLargest = 0,
) => {
  if (actual.length !== golden.data.length) {
    throw new Error(`${what}: ${actual.length} elements where PyTorch gives ${golden.data.length}`);
  }
  const finite = golden.data.filter(Number.isFinite);
  const least = ofLargest * finite.reduce((largest, x) => Math.max(largest, Math.abs(x)), 0);
  golden.data.forEach((wanted, index) => {
    const found = actual[index];
    const same = found === wanted || (Number.isNaN(found) && Number.isNaN(wanted));
    const near = Number.isFinite(wanted) &&
      Math.abs(found - wanted) <= Math.max(least, 1e-5 * Math.max(1, Math.abs(wanted)));
    if (!same && !near) {
      throw new Error(`${what}, element ${index}: ${found} where PyTorch gives ${wanted}`);
    }
  });
};
