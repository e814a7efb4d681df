/** Lengths of a tensor's dimensions, `[batch, 10]`; `[]` for a scalar. */
export type Shape = readonly number[];

/** Most dimensions a tensor may have. */
export const maxRank = 8;

/** Number of elements of a shape. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (let i = 0; i < shape.length; i++) size *= shape[i]!;
  return size;
}

/** A shape as it is written in messages: `[2, 3]`. */
export const shapeText = (shape: Shape): string => `[${shape.join(", ")}]`;

/** Whether two shapes are the same. */
export function sameShape(a: Shape, b: Shape): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

const scratch = Array.from({ length: maxRank + 1 }, (_, rank) => new Uint32Array(rank));

/**
 * Lengths in the form that crosses to native code. The array is one for all shapes of a rank: it is
 * good for the next native call only. (Making one takes longer than most calls.)
 */
export function crossing(lengths: Shape): Uint32Array<ArrayBuffer> {
  const array = scratch[lengths.length]!;
  for (let i = 0; i < lengths.length; i++) array[i] = lengths[i]!;
  return array;
}

/** A checked shape as `crossing` gives it; throws RangeError where it is no shape. */
export function nativeShape(shape: Shape): Uint32Array<ArrayBuffer> {
  if (shape.length > maxRank) {
    throw new RangeError(
      `Cannot make a tensor of shape ${
        shapeText(shape)
      }: at most ${maxRank} dimensions are supported`,
    );
  }
  for (let i = 0; i < shape.length; i++) {
    const length = shape[i]!;
    if (!Number.isInteger(length) || length < 0 || length > 0xffffffff) {
      throw new RangeError(
        `Cannot make a tensor of shape ${shapeText(shape)}: ${length} is not a length`,
      );
    }
  }
  return crossing(shape);
}

/** A dimension counted from the front; `-1` is the last. */
export function dimension(dim: number, rank: number, operation: string): number {
  const front = dim < 0 ? dim + rank : dim;
  if (!Number.isInteger(front) || front < 0 || front >= rank) {
    throw new RangeError(`Cannot ${operation} over dimension ${dim}: the tensor has ${rank}`);
  }
  return front;
}

/** Dimensions counted from the front, ascending; `undefined` means all dimensions. */
export function dimensions(
  dims: number | readonly number[] | undefined,
  rank: number,
  operation: string,
): number[] {
  if (dims === undefined) return Array.from({ length: rank }, (_, i) => i);
  const list = (typeof dims === "number" ? [dims] : dims)
    .map((dim) => dimension(dim, rank, operation))
    .sort((a, b) => a - b);
  const twice = list.find((dim, i) => i > 0 && dim === list[i - 1]);
  if (twice !== undefined) {
    throw new RangeError(`Cannot ${operation} over dimension ${twice} twice`);
  }
  return list;
}

/** The shape that two shapes broadcast to (NumPy's rules), or undefined where they do not. */
export function broadcastShape(a: Shape, b: Shape): Shape | undefined {
  if (sameShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  const result: number[] = new Array(rank);
  for (let i = 1; i <= rank; i++) {
    const left = a[a.length - i] ?? 1;
    const right = b[b.length - i] ?? 1;
    if (left !== right && left !== 1 && right !== 1) return undefined;
    result[rank - i] = left === 1 ? right : left;
  }
  return result;
}
