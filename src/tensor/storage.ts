import { native } from "../ffi/mod.ts";
import { type Device, devices, type DType, type TypedArray } from "./dtype.ts";
import { register, Scoped } from "./scope.ts";
import { sameShape, type Shape, shapeText, sizeOf } from "./shape.ts";
import { checkUnchanged, type Writable, writesSoFar, written } from "./writes.ts";

const description = new Uint32Array(11);
const answer = new Uint32Array(1);
const typedArrays = {
  u8: Uint8Array,
  u32: Uint32Array,
  i64: BigInt64Array,
  f32: Float32Array,
  f64: Float64Array,
} as const satisfies Record<DType, new (length: number) => TypedArray>;
/** Where a single value is read into. */
const single: Readonly<Record<DType, TypedArray>> = {
  u8: new Uint8Array(1),
  u32: answer,
  i64: new BigInt64Array(1),
  f32: new Float32Array(1),
  f64: new Float64Array(1),
};
const disposed = "Cannot use a tensor that was disposed";

/** An array in native memory: its handle, its shape and device (asked for at most once), its values. */
export abstract class Storage extends Scoped implements Writable {
  /** Whether scopes leave it alone: it was given to `keep` or `parameter`. */
  isKept = false;
  /** The array whose memory it may share, where it was made as a view of one. */
  base: Storage | undefined = undefined;
  /** How many changes in place of any array had been made before it. */
  readonly madeAt: number = writesSoFar();
  /** The number of its own last change in place, 0 where there was no change. */
  changedAt = 0;
  #handle: number;
  #shape: Shape | undefined;
  #device: Device | undefined = undefined;

  /** Takes over a native handle; `shape` is its shape where that is known already. */
  constructor(handle: number, readonly dtype: DType, shape?: Shape) {
    super();
    this.#handle = handle;
    this.#shape = shape;
    register(this);
  }

  /** The native handle; throws where the tensor was disposed, or a backward function comes too late for its values. */
  get handle(): number {
    if (this.#handle === 0) throw new ReferenceError(disposed);
    checkUnchanged(this);
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
    if (this.#handle === 0) throw new ReferenceError(disposed);
    native.tensor_describe(this.#handle, description);
    this.#device = devices[description[2]!];
    const shape: number[] = [];
    for (let i = 0; i < description[0]!; i++) shape.push(description[3 + i]!);
    return shape;
  }

  /** The values in row-major order, copied, in the typed array of the dtype. */
  read(): TypedArray {
    return this.#readInto(new typedArrays[this.dtype](this.size));
  }

  #readInto(out: TypedArray): TypedArray {
    const { handle } = this;
    if (out instanceof Float32Array) native.tensor_read_f32(handle, out);
    else if (out instanceof Uint32Array) native.tensor_read_u32(handle, out);
    else if (out instanceof Float64Array) native.tensor_read_f64(handle, out);
    else if (out instanceof Uint8Array) native.tensor_read_u8(handle, out);
    else native.tensor_read_i64(handle, out);
    return out;
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
    return Number(this.#readInto(single[this.dtype])[0]);
  }

  /** Whether no value is NaN or infinite. */
  allFinite(): boolean {
    native.tensor_all_finite(this.handle, answer);
    return answer[0] === 1;
  }

  /** Overwrites the values in place by the values of an array of the same shape and dtype. */
  assign(source: Storage): void {
    if (source.dtype !== this.dtype || !sameShape(source.shape, this.shape)) {
      throw new RangeError(
        `Cannot assign ${source.dtype} ${shapeText(source.shape)} to ${this.dtype} ${
          shapeText(this.shape)
        }: dtype and shape must be the same`,
      );
    }
    native.tensor_assign(this.handle, source.handle);
    written(this);
  }

  /** Frees the array; harmless when repeated. */
  dispose(): void {
    if (this.#handle === 0) return;
    native.tensor_free(this.#handle);
    this.#handle = 0;
  }

  /** `Tensor(f32 [2, 3])`. */
  override toString(): string {
    return this.isDisposed ? "Tensor(disposed)" : `Tensor(${this.dtype} ${shapeText(this.shape)})`;
  }

  /** What `console.log` shows. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }
}
