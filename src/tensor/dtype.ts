/** Element type of a tensor. Gradients exist for `f32` and `f64`. */
export type DType = "u8" | "u32" | "i64" | "f32" | "f64";

/** Devices, in the order of their native codes. */
export const devices: readonly Device[] = ["cpu", "cuda"];

/** Where a tensor's values live. */
export type Device = "cpu" | "cuda";

/** Element type and device of a new tensor. */
export interface TensorOptions {
  /** Element type, `f32` by default. */
  readonly dtype?: DType;
  /** Where its values live, `cpu` by default. */
  readonly device?: Device;
}

/** Float element type and device of a new tensor. */
export interface FloatOptions {
  /** Element type, `f32` by default. */
  readonly dtype?: "f32" | "f64";
  /** Where its values live, `cpu` by default. */
  readonly device?: Device;
}

/** Values of a tensor, as they are stored. */
export type TypedArray =
  | Uint8Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

/** What `Tensor.from` takes: a typed array, or numbers nested as deep as the shape. */
export type TensorData = TypedArray | NestedNumbers;

/** Numbers, or arrays of them of equal length at every depth. */
export type NestedNumbers = readonly (number | NestedNumbers)[];

/** Native code of a dtype. */
export const dtypeCode: Readonly<Record<DType, number>> = { u8: 0, u32: 1, i64: 2, f32: 3, f64: 4 };

/** Native code of a device. */
export const deviceCode: Readonly<Record<Device, number>> = { cpu: 0, cuda: 1 };

/** Whether tensors of this dtype can carry gradients. */
export const isFloat = (dtype: DType): boolean => dtype === "f32" || dtype === "f64";

/** Least and greatest number of the whole dtypes: i64 holds more, but no other double. */
export const ranges = {
  u8: [0, 0xff],
  u32: [0, 0xffffffff],
  i64: [-0x8000000000000000, 0x7ffffffffffffc00],
} as const;

/** Whether a tensor of this dtype can have this number as an element, rounded where it is a float. */
export function holds(dtype: DType, value: number): boolean {
  if (dtype === "f32" || dtype === "f64") return true;
  const [least, most] = ranges[dtype];
  return Number.isInteger(value) && value >= least && value <= most;
}

/** Throws RangeError where a tensor of this dtype cannot have this number as an element. */
export function checkHeld(dtype: DType, value: number): void {
  if (dtype === "f32" || dtype === "f64" || holds(dtype, value)) return;
  const [least, most] = ranges[dtype];
  throw new RangeError(
    `A ${dtype} tensor cannot hold ${value}: it takes whole numbers from ${least} to ${most}`,
  );
}

/** The dtype whose storage a typed array has. */
export function dtypeOf(data: TypedArray): DType {
  if (data instanceof Float32Array) return "f32";
  if (data instanceof Uint8Array) return "u8";
  if (data instanceof Uint32Array) return "u32";
  if (data instanceof Float64Array) return "f64";
  if (data instanceof BigInt64Array) return "i64";
  throw new TypeError(
    "Cannot make a tensor of this array: use a Float32Array, Float64Array, Uint8Array, Uint32Array or BigInt64Array",
  );
}

/** Numbers converted to a dtype's typed array; throws RangeError where the dtype cannot hold one. */
export function typedArray(values: ArrayLike<number>, dtype: DType): TypedArray {
  for (let i = 0; i < values.length; i++) checkHeld(dtype, values[i]!);
  switch (dtype) {
    case "u8":
      return Uint8Array.from(values);
    case "u32":
      return Uint32Array.from(values);
    case "i64":
      return BigInt64Array.from(Array.from(values, BigInt));
    case "f32":
      return Float32Array.from(values);
    case "f64":
      return Float64Array.from(values);
  }
}
