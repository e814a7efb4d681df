import { native } from "../ffi/mod.ts";
import * as arithmetic from "./arithmetic.ts";
import * as comparison from "./comparison.ts";
import {
  type Device,
  deviceCode,
  devices,
  type DType,
  dtypeCode,
  dtypeOf,
  type TensorData,
  type TypedArray,
  typedArray,
} from "./dtype.ts";
import * as functions from "./functions.ts";
import * as indexing from "./indexing.ts";
import { matmul } from "./matmul.ts";
import { isNested, nestedShape } from "./nested.ts";
import * as reduction from "./reduction.ts";
import { register } from "./scope.ts";
import { nativeShape, type Shape, shapeText, sizeOf } from "./shape.ts";
import * as softmax from "./softmax.ts";
import type { Node } from "./tape.ts";
import * as views from "./views.ts";

/** Element type and device of a new tensor. */
export interface TensorOptions {
  readonly dtype?: DType;
  readonly device?: Device;
}

/** Float element type and device of a new tensor. */
export interface FloatOptions {
  readonly dtype?: "f32" | "f64";
  readonly device?: Device;
}

/** What the arithmetic methods take: a tensor of the same dtype, or a number. */
export type Operand = Tensor | number;

/**
 * An n-dimensional array in native memory, of any rank up to 8. Immutable, but for parameters that
 * an optimizer updates.
 *
 * Freed by `dispose`, by `using`, or by the `scope` it was made in; disposing twice is harmless, and
 * using a disposed tensor throws. Methods return new tensors, differentiable where that makes sense,
 * and broadcast as NumPy does.
 */
export class Tensor implements Disposable {
  /** The tensor's place on the tape, where gradients may go through it. */
  node: Node | undefined = undefined;
  /** Whether it was given to `parameter`. */
  isParameter = false;
  /** Whether scopes leave it alone: it was given to `keep` or `parameter`. */
  isKept = false;
  /** Whether it shares its storage with the tensor it was made from. */
  isView = false;
  #handle: number;
  #shape: Shape | undefined = undefined;
  #device: Device | undefined = undefined;

  /** Takes over a native handle. */
  constructor(handle: number, readonly dtype: DType) {
    this.#handle = handle;
    register(this);
  }

  /** Takes over the handle of a view of another tensor's storage. */
  static view(handle: number, dtype: DType): Tensor {
    const tensor = new Tensor(handle, dtype);
    tensor.isView = true;
    return tensor;
  }

  /**
   * A tensor of the given values, copied. The shape is by default the nesting of the numbers, or
   * `[length]`; the dtype that of a typed array, and `f32` for numbers.
   */
  static from(data: TensorData, shape?: Shape, options: TensorOptions = {}): Tensor {
    const nested = isNested(data);
    const found = nested ? nestedShape(data) : [data.length];
    const values = nested
      ? typedArray(data.flat(found.length as 1) as number[], options.dtype ?? "f32")
      : data;
    const lengths = nativeShape(shape ?? found);
    if (shape !== undefined && sizeOf(shape) !== values.length) {
      throw new RangeError(
        `Cannot make a tensor of shape ${shapeText(shape)} from ${values.length} values: it holds ${
          sizeOf(shape)
        }`,
      );
    }
    const tensor = new Tensor(upload(values, lengths, options.device ?? "cpu"), dtypeOf(values));
    if (options.dtype === undefined || options.dtype === tensor.dtype) return tensor;
    const converted = tensor.cast(options.dtype);
    tensor.dispose();
    return converted;
  }

  /** A tensor of zeros, `f32` by default. */
  static zeros(shape: Shape, options: TensorOptions = {}): Tensor {
    return Tensor.full(shape, 0, options);
  }

  /** A tensor of ones, `f32` by default. */
  static ones(shape: Shape, options: TensorOptions = {}): Tensor {
    return Tensor.full(shape, 1, options);
  }

  /** A tensor of one value, `f32` by default. */
  static full(shape: Shape, value: number, options: TensorOptions = {}): Tensor {
    const { dtype = "f32", device = "cpu" } = options;
    const lengths = nativeShape(shape);
    return new Tensor(
      native.tensor_full(value, dtypeCode[dtype], lengths, deviceCode[device]),
      dtype,
    );
  }

  /** The native handle; throws where the tensor was disposed. */
  get handle(): number {
    if (this.#handle === 0) throw new ReferenceError("Cannot use a tensor that was disposed");
    return this.#handle;
  }

  /** Whether the tensor was disposed. */
  get isDisposed(): boolean {
    return this.#handle === 0;
  }

  /** Lengths of the dimensions, `[batch, 10]`. */
  get shape(): Shape {
    return this.#shape ??= this.#describe();
  }

  /** Number of dimensions. */
  get rank(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** Where the values live. */
  get device(): Device {
    if (this.#device === undefined) this.#describe();
    return this.#device!;
  }

  #describe(): Shape {
    native.tensor_describe(this.handle, description);
    this.#device = devices[description[2]!];
    const shape: number[] = [];
    for (let i = 0; i < description[0]!; i++) shape.push(description[3 + i]!);
    return shape;
  }

  /** The values in row-major order, copied, in the typed array of the dtype. */
  read(): TypedArray {
    const size = this.size;
    switch (this.dtype) {
      case "u8": {
        const out = new Uint8Array(size);
        native.tensor_read_u8(this.handle, out);
        return out;
      }
      case "u32": {
        const out = new Uint32Array(size);
        native.tensor_read_u32(this.handle, out);
        return out;
      }
      case "i64": {
        const out = new BigInt64Array(size);
        native.tensor_read_i64(this.handle, out);
        return out;
      }
      case "f32": {
        const out = new Float32Array(size);
        native.tensor_read_f32(this.handle, out);
        return out;
      }
      case "f64": {
        const out = new Float64Array(size);
        native.tensor_read_f64(this.handle, out);
        return out;
      }
    }
  }

  /** The values in row-major order as plain numbers (exact to 2^53). */
  numbers(): number[] {
    return Array.from<number | bigint, number>(this.read(), Number);
  }

  /** The value of a tensor of one element; throws RangeError where there are more. */
  item(): number {
    if (this.size !== 1) {
      throw new RangeError(`Cannot take the item of a tensor of shape ${shapeText(this.shape)}`);
    }
    return Number(this.read()[0]);
  }

  /** Frees the tensor; harmless when repeated. */
  dispose(): void {
    if (this.#handle === 0) return;
    this.forget();
    native.tensor_free(this.#handle);
    this.#handle = 0;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Drops the history: no gradient goes through this tensor any more. */
  forget(): void {
    if (this.node !== undefined) {
      this.node.release();
      this.node = undefined;
    }
  }

  /** The same values under a handle of their own, with no history; the storage is shared. */
  detach(): Tensor {
    return Tensor.view(native.tensor_alias(this.handle), this.dtype);
  }

  /** A contiguous copy of the values, with no history. */
  copy(): Tensor {
    return new Tensor(native.tensor_copy(this.handle), this.dtype);
  }

  /** A copy of the values on a device, with no history. */
  to(device: Device): Tensor {
    return new Tensor(native.tensor_to_device(this.handle, deviceCode[device]), this.dtype);
  }

  /** Overwrites the values in place by those of a tensor of the same shape and dtype. */
  assign(source: Tensor): void {
    if (source.dtype !== this.dtype || shapeText(source.shape) !== shapeText(this.shape)) {
      throw new RangeError(
        `Cannot assign ${source.dtype} ${shapeText(source.shape)} to ${this.dtype} ${
          shapeText(this.shape)
        }: dtype and shape must be the same`,
      );
    }
    native.tensor_assign(this.handle, source.handle);
  }

  /** Whether no value is NaN or infinite. */
  allFinite(): boolean {
    native.tensor_all_finite(this.handle, answer);
    return answer[0] === 1;
  }

  /** The values converted to another dtype, towards zero from float to integer. */
  cast(dtype: DType): Tensor {
    return views.cast(this, dtype);
  }

  /** Element-wise sum. */
  add(other: Operand): Tensor {
    return arithmetic.add(this, other);
  }

  /** Element-wise difference. */
  sub(other: Operand): Tensor {
    return arithmetic.sub(this, other);
  }

  /** Element-wise product. */
  mul(other: Operand): Tensor {
    return arithmetic.mul(this, other);
  }

  /** Element-wise quotient. */
  div(other: Operand): Tensor {
    return arithmetic.div(this, other);
  }

  /** Element-wise maximum; in a tie each side takes half of the gradient. */
  maximum(other: Operand): Tensor {
    return arithmetic.maximum(this, other);
  }

  /** Element-wise minimum; in a tie each side takes half of the gradient. */
  minimum(other: Operand): Tensor {
    return arithmetic.minimum(this, other);
  }

  /** `this * scale + shift`. */
  affine(scale: number, shift: number): Tensor {
    return arithmetic.affine(this, scale, shift);
  }

  /** 1 where equal, 0 elsewhere (u8). */
  eq(other: Operand): Tensor {
    return comparison.compare("eq", this, other);
  }

  /** 1 where not equal, 0 elsewhere (u8). */
  ne(other: Operand): Tensor {
    return comparison.compare("ne", this, other);
  }

  /** 1 where less, 0 elsewhere (u8). */
  lt(other: Operand): Tensor {
    return comparison.compare("lt", this, other);
  }

  /** 1 where less or equal, 0 elsewhere (u8). */
  le(other: Operand): Tensor {
    return comparison.compare("le", this, other);
  }

  /** 1 where greater, 0 elsewhere (u8). */
  gt(other: Operand): Tensor {
    return comparison.compare("gt", this, other);
  }

  /** 1 where greater or equal, 0 elsewhere (u8). */
  ge(other: Operand): Tensor {
    return comparison.compare("ge", this, other);
  }

  /** Element-wise negation. */
  neg(): Tensor {
    return functions.neg(this);
  }

  /** Element-wise absolute value; the gradient at 0 is 0. */
  abs(): Tensor {
    return functions.abs(this);
  }

  /** Element-wise square. */
  square(): Tensor {
    return functions.square(this);
  }

  /** Element-wise square root. */
  sqrt(): Tensor {
    return functions.sqrt(this);
  }

  /** Element-wise exponential. */
  exp(): Tensor {
    return functions.exp(this);
  }

  /** Element-wise natural logarithm. */
  log(): Tensor {
    return functions.log(this);
  }

  /** Element-wise sine. */
  sin(): Tensor {
    return functions.sin(this);
  }

  /** Element-wise cosine. */
  cos(): Tensor {
    return functions.cos(this);
  }

  /** Element-wise hyperbolic tangent. */
  tanh(): Tensor {
    return functions.tanh(this);
  }

  /** Element-wise `1 / (1 + exp(-x))`. */
  sigmoid(): Tensor {
    return functions.sigmoid(this);
  }

  /** Element-wise `max(x, 0)`; the gradient at 0 is 0. */
  relu(): Tensor {
    return functions.relu(this);
  }

  /** Element-wise `x * Phi(x)` by the error function (Hendrycks and Gimpel, arXiv 1606.08415). */
  gelu(): Tensor {
    return functions.gelu(this);
  }

  /** Element-wise `x * sigmoid(x)`. */
  silu(): Tensor {
    return functions.silu(this);
  }

  /** Matrix product `[..., m, k] @ [..., k, n]`; the leading dimensions broadcast. */
  matmul(other: Tensor): Tensor {
    return matmul(this, other);
  }

  /** The same values in another shape of the same size; one length may be -1. */
  reshape(shape: Shape): Tensor {
    return views.reshape(this, shape);
  }

  /** Dimensions in another order: `dims[i]` becomes dimension `i`. */
  permute(dims: readonly number[]): Tensor {
    return views.permute(this, dims);
  }

  /** Two dimensions exchanged, the last two by default. */
  transpose(a = -2, b = -1): Tensor {
    return views.transpose(this, a, b);
  }

  /** Repeated along new dimensions in front and dimensions of length 1. */
  broadcastTo(shape: Shape): Tensor {
    return views.broadcastTo(this, shape);
  }

  /** `length` entries of a dimension, from `start` on, every `step`-th. */
  slice(dim: number, start: number, length: number, step = 1): Tensor {
    return views.slice(this, dim, start, length, step);
  }

  /** The entries of a dimension that `indices` (u32, `[n]`) names, in its order. */
  indexSelect(indices: Tensor, dim = 0): Tensor {
    return indexing.indexSelect(this, indices, dim);
  }

  /** One value along `dim` for each index (u32, of the result's shape). */
  gather(indices: Tensor, dim: number): Tensor {
    return indexing.gather(this, indices, dim);
  }

  /** Sum over dimensions, all by default; `keep` leaves them with length 1. */
  sum(dims?: number | readonly number[], keep = false): Tensor {
    return reduction.sum(this, dims, keep);
  }

  /** Mean over dimensions, all by default; `keep` leaves them with length 1. */
  mean(dims?: number | readonly number[], keep = false): Tensor {
    return reduction.mean(this, dims, keep);
  }

  /** Maximum over dimensions, all by default; the first maximum takes the whole gradient. */
  max(dims?: number | readonly number[], keep = false): Tensor {
    return reduction.extremum("max", this, dims, keep);
  }

  /** Minimum over dimensions, all by default; the first minimum takes the whole gradient. */
  min(dims?: number | readonly number[], keep = false): Tensor {
    return reduction.extremum("min", this, dims, keep);
  }

  /** Index of the first maximum along a dimension (u32). */
  argmax(dim = -1, keep = false): Tensor {
    return reduction.argmax(this, dim, keep);
  }

  /** `exp(x)` along a dimension, divided by its sum. */
  softmax(dim = -1): Tensor {
    return softmax.softmax(this, dim);
  }

  /** The logarithm of `softmax`, computed without it. */
  logSoftmax(dim = -1): Tensor {
    return softmax.logSoftmax(this, dim);
  }

  /** `Tensor(f32 [2, 3])`. */
  toString(): string {
    return this.isDisposed ? "Tensor(disposed)" : `Tensor(${this.dtype} ${shapeText(this.shape)})`;
  }

  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }
}

const description = new Uint32Array(11);
const answer = new Uint32Array(1);

function upload(values: TypedArray, shape: Uint32Array, device: Device): number {
  const place = deviceCode[device];
  if (values instanceof Float32Array) return native.tensor_from_f32(values, shape, place);
  if (values instanceof Uint8Array) return native.tensor_from_u8(values, shape, place);
  if (values instanceof Uint32Array) return native.tensor_from_u32(values, shape, place);
  if (values instanceof Float64Array) return native.tensor_from_f64(values, shape, place);
  return native.tensor_from_i64(values, shape, place);
}
