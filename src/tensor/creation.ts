import { native } from "../ffi/mod.ts";
import {
  checkHeld,
  type Device,
  deviceCode,
  dtypeCode,
  dtypeOf,
  type TensorData,
  type TensorOptions,
  type TypedArray,
  typedArray,
} from "./dtype.ts";
import { isNested, nestedShape } from "./nested.ts";
import { nativeShape, type Shape, shapeText, sizeOf } from "./shape.ts";
import { Tensor } from "./tensor.ts";

/** A tensor of the given values; see `Tensor.from`. */
export function from(data: TensorData, shape: Shape | undefined, options: TensorOptions): Tensor {
  const nested = isNested(data);
  const found = nested ? nestedShape(data) : [data.length];
  const values = nested
    ? typedArray(data.flat(found.length as 1) as number[], options.dtype ?? "f32")
    : data;
  const own = dtypeOf(values);
  const { dtype = own, device = "cpu" } = options;
  const lengths = nativeShape(shape ?? found);
  if (shape !== undefined && sizeOf(shape) !== values.length) {
    throw new RangeError(
      `Cannot make a tensor of shape ${shapeText(shape)} from ${values.length} values: it holds ${
        sizeOf(shape)
      }`,
    );
  }
  if (dtype === own) return new Tensor(upload(values, lengths, device), dtype);
  for (const value of values) checkHeld(dtype, Number(value));
  using tensor = new Tensor(upload(values, lengths, device), own);
  return new Tensor(native.tensor_cast(tensor.handle, dtypeCode[dtype]), dtype);
}

/** A tensor of one value. */
export function full(shape: Shape, value: number, options: TensorOptions): Tensor {
  const { dtype = "f32", device = "cpu" } = options;
  checkHeld(dtype, value);
  const lengths = nativeShape(shape);
  return new Tensor(
    native.tensor_full(value, dtypeCode[dtype], lengths, deviceCode[device]),
    dtype,
  );
}

function upload(values: TypedArray, shape: Uint32Array<ArrayBuffer>, device: Device): number {
  const place = deviceCode[device];
  if (values instanceof Float32Array) return native.tensor_from_f32(values, shape, place);
  if (values instanceof Uint8Array) return native.tensor_from_u8(values, shape, place);
  if (values instanceof Uint32Array) return native.tensor_from_u32(values, shape, place);
  if (values instanceof Float64Array) return native.tensor_from_f64(values, shape, place);
  return native.tensor_from_i64(values, shape, place);
}
