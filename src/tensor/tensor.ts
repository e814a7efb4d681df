import { native } from "../ffi/mod.ts";
import * as arithmetic from "./arithmetic.ts";
import * as comparison from "./comparison.ts";
import * as creation from "./creation.ts";
import {
  type Device,
  deviceCode,
  type DType,
  type TensorData,
  type TensorOptions,
} from "./dtype.ts";
import * as activations from "./activations.ts";
import * as functions from "./functions.ts";
import * as indexing from "./indexing.ts";
import { matmul } from "./matmul.ts";
import * as reduction from "./reduction.ts";
import type { Shape } from "./shape.ts";
import * as softmax from "./softmax.ts";
import { type Node, Recorded } from "./tape.ts";
import * as views from "./views.ts";

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
export class Tensor extends Recorded<Tensor> {
  /** The tensor's place on the tape, where gradients may go through it. */
  node: Node<Tensor> | undefined = undefined;

  /** Takes over the handle of a view of a tensor's storage. */
  static view(of: Tensor, handle: number, shape?: Shape): Tensor {
    const tensor = new Tensor(handle, of.dtype, shape);
    tensor.base = of.base ?? of;
    return tensor;
  }

  /**
   * A tensor of the given values, copied. The default shape is the nesting of the numbers, or
   * `[length]`. The default dtype is the typed array's own, and `f32` for numbers.
   */
  static from(data: TensorData, shape?: Shape, options: TensorOptions = {}): Tensor {
    return creation.from(data, shape, options);
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
    return creation.full(shape, value, options);
  }

  /** The same values under a handle of their own, with no history; the storage is shared. */
  detach(): Tensor {
    return Tensor.view(this, native.tensor_alias(this.handle));
  }

  /** A contiguous copy of the values, with no history. */
  copy(): Tensor {
    return new Tensor(native.tensor_copy(this.handle), this.dtype);
  }

  /** The values on a device, with no history: a copy, or the shared storage where they are there already. */
  to(device: Device): Tensor {
    return Tensor.view(this, native.tensor_to_device(this.handle, deviceCode[device]));
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

  /** Element-wise hyperbolic tangent. */
  tanh(): Tensor {
    return activations.tanh(this);
  }

  /** Element-wise `1 / (1 + exp(-x))`. */
  sigmoid(): Tensor {
    return activations.sigmoid(this);
  }

  /** Element-wise `max(x, 0)`; the gradient at 0 is 0. */
  relu(): Tensor {
    return functions.relu(this);
  }

  /** Element-wise `x * Phi(x)` by the error function (Hendrycks and Gimpel, arXiv 1606.08415). */
  gelu(): Tensor {
    return activations.gelu(this);
  }

  /** Element-wise `x * sigmoid(x)`. */
  silu(): Tensor {
    return activations.silu(this);
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
}
