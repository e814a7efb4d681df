import { type DType, type NamedTensor, Tensor } from "../tensor/mod.ts";
import type { StoredDType, StoredTensor } from "./safetensors.ts";

const storedDTypes: Readonly<Record<DType, StoredDType>> = {
  u8: "U8",
  u32: "U32",
  i64: "I64",
  f32: "F32",
  f64: "F64",
};

/** The present values of tensors, as a file has them. */
export function storedTensors(tensors: readonly NamedTensor[]): StoredTensor[] {
  return tensors.map(({ name, tensor }) => {
    const values = tensor.read();
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    return { name, dtype: storedDTypes[tensor.dtype], shape: [...tensor.shape], bytes };
  });
}

/**
 * Gives tensors the values of a file, in place. Every tensor must be there with its dtype and
 * shape, and no other; F32 takes F16 and BF16 too, whose numbers it has. Throws a RangeError that
 * names the first that does not fit.
 */
export function assignStored(
  tensors: readonly NamedTensor[],
  stored: readonly StoredTensor[],
): void {
  const byName = new Map(stored.map((each) => [each.name, each]));
  for (const { name, tensor } of tensors) {
    const found = byName.get(name);
    if (found === undefined) throw new RangeError(`it has no tensor ${name}`);
    const shape = `[${found.shape.join(", ")}]`;
    const wanted = `${storedDTypes[tensor.dtype]} [${tensor.shape.join(", ")}]`;
    if (`${widened(found.dtype)} ${shape}` !== wanted) {
      throw new RangeError(`its ${name} is ${found.dtype} ${shape}; the model has ${wanted}`);
    }
    byName.delete(name);
  }
  const [extra] = byName.keys();
  if (extra !== undefined) throw new RangeError(`the model has no tensor ${extra}`);
  for (const { name, tensor } of tensors) {
    using values = tensorOf(stored.find((each) => each.name === name)!);
    using there = values.to(tensor.device);
    tensor.assign(there);
  }
}

/** The element type that the values of a file have in memory. */
const widened = (dtype: StoredDType) => dtype === "F16" || dtype === "BF16" ? "F32" : dtype;

/** A tensor of a file's values. */
function tensorOf({ dtype, shape, bytes }: StoredTensor): Tensor {
  const { buffer } = bytes.slice(); // typed arrays need an aligned start
  switch (dtype) {
    case "F32":
      return Tensor.from(new Float32Array(buffer), shape);
    case "F16":
      return Tensor.from(Float32Array.from(new Float16Array(buffer)), shape);
    case "BF16": // the upper half of an f32
      return Tensor.from(
        new Float32Array(
          Uint32Array.from(new Uint16Array(buffer), (bits) => bits * 0x10000).buffer,
        ),
        shape,
      );
    case "F64":
      return Tensor.from(new Float64Array(buffer), shape);
    case "U8":
      return Tensor.from(new Uint8Array(buffer), shape);
    case "U32":
      return Tensor.from(new Uint32Array(buffer), shape);
    case "I64":
      return Tensor.from(new BigInt64Array(buffer), shape);
  }
}
