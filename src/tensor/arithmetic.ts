import { native } from "../ffi/mod.ts";
import { checkHeld, deviceCode, dtypeCode, isFloat } from "./dtype.ts";
import { broadcastShape, crossing, sameShape, type Shape, shapeText } from "./shape.ts";
import { isTracked, record } from "./tape.ts";
import { type Operand, Tensor } from "./tensor.ts";

const scalarShape = new Uint32Array(0);

/** Runs `callback` on an operand as a tensor: a number becomes a scalar for the time of the call. */
export function withTensor<Result>(
  operand: Operand,
  like: Tensor,
  callback: (tensor: Tensor) => Result,
): Result {
  if (typeof operand !== "number") return callback(operand);
  const { dtype, device } = like;
  checkHeld(dtype, operand);
  const handle = native.tensor_full(operand, dtypeCode[dtype], scalarShape, deviceCode[device]);
  using scalar = new Tensor(handle, dtype);
  return callback(scalar);
}

/** Throws where two tensors cannot be combined element by element. */
export function checkBroadcast(operation: string, a: Tensor, b: Tensor): void {
  if (a.dtype !== b.dtype) {
    throw new TypeError(`Cannot ${operation} ${a.dtype} and ${b.dtype}: cast one of them`);
  }
  if (broadcastShape(a.shape, b.shape) === undefined) {
    throw new RangeError(
      `Cannot ${operation} ${shapeText(a.shape)} and ${
        shapeText(b.shape)
      }: the shapes do not broadcast`,
    );
  }
}

/** The gradient of a broadcast: summed back to the shape it came from. Takes `gradient` over. */
export function unbroadcast(gradient: Tensor, shape: Shape): Tensor {
  if (sameShape(gradient.shape, shape)) return gradient;
  return new Tensor(native.tensor_sum_to(gradient.handle, crossing(shape)), gradient.dtype);
}

/** The gradient of a factor: the product with the other one, summed back to its shape. */
function factorGradient(gradient: Tensor, other: Tensor, shape: Shape): Tensor {
  if (sameShape(gradient.shape, shape)) return gradient.mul(other);
  const handle = native.tensor_mul_sum_to(gradient.handle, other.handle, crossing(shape));
  return new Tensor(handle, gradient.dtype);
}

/** `a + b`, broadcasting. */
export function add(a: Tensor, b: Operand): Tensor {
  if (typeof b === "number") return affine(a, 1, b);
  checkBroadcast("add", a, b);
  const sum = new Tensor(native.tensor_add(a.handle, b.handle), a.dtype);
  if (!isTracked(a) && !isTracked(b)) return sum;
  return record(sum, [a, b], (gradient, wanted) => [
    wanted.wants(0) ? unbroadcast(gradient, a.shape) : undefined,
    wanted.wants(1) ? unbroadcast(gradient, b.shape) : undefined,
  ]);
}

/** `a - b`, broadcasting. */
export function sub(a: Tensor, b: Operand): Tensor {
  if (typeof b === "number") return affine(a, 1, -b);
  checkBroadcast("subtract", a, b);
  const difference = new Tensor(native.tensor_sub(a.handle, b.handle), a.dtype);
  if (!isTracked(a) && !isTracked(b)) return difference;
  return record(difference, [a, b], (gradient, wanted) => [
    wanted.wants(0) ? unbroadcast(gradient, a.shape) : undefined,
    wanted.wants(1) ? unbroadcast(gradient.neg(), b.shape) : undefined,
  ]);
}

/** `a * b`, broadcasting. */
export function mul(a: Tensor, b: Operand): Tensor {
  if (typeof b === "number") return affine(a, b, 0);
  if (a === b && isFloat(a.dtype)) return a.square();
  checkBroadcast("multiply", a, b);
  const product = new Tensor(native.tensor_mul(a.handle, b.handle), a.dtype);
  if (!isTracked(a) && !isTracked(b)) return product;
  return record(product, [a, b], (gradient, wanted) => [
    wanted.wants(0) ? factorGradient(gradient, b, a.shape) : undefined,
    wanted.wants(1) ? factorGradient(gradient, a, b.shape) : undefined,
  ]);
}

/** `a / b`, broadcasting. */
export function div(a: Tensor, other: Operand): Tensor {
  if (typeof other === "number" && !isFloat(a.dtype)) {
    throw new TypeError(`Cannot divide a ${a.dtype} tensor by a number: cast it to f32`);
  }
  return withTensor(other, a, (b) => {
    checkBroadcast("divide", a, b);
    const quotient = new Tensor(native.tensor_div(a.handle, b.handle), a.dtype);
    if (typeof other === "number") {
      return isTracked(a) ? record(quotient, [a], (gradient) => [gradient.div(other)]) : quotient;
    }
    if (!isTracked(a) && !isTracked(b)) return quotient;
    return record(quotient, [a, b], (gradient, wanted) => [
      wanted.wants(0) ? unbroadcast(gradient.div(b), a.shape) : undefined,
      wanted.wants(1) ? unbroadcast(gradient.mul(quotient).div(b).neg(), b.shape) : undefined,
    ]);
  });
}

/** `scale * x + shift`. */
export function affine(x: Tensor, scale: number, shift: number): Tensor {
  const y = new Tensor(native.tensor_affine(x.handle, scale, shift), x.dtype);
  if (!isTracked(x)) return y;
  return record(y, [x], (gradient) => [scale === 1 ? gradient : affine(gradient, scale, 0)]);
}

/** The greater of `a` and `b`, broadcasting; in a tie each takes half of the gradient. */
export const maximum = (a: Tensor, other: Operand): Tensor => choose("maximum", a, other);

/** The smaller of `a` and `b`, broadcasting; in a tie each takes half of the gradient. */
export const minimum = (a: Tensor, other: Operand): Tensor => choose("minimum", a, other);

function choose(operation: "maximum" | "minimum", a: Tensor, other: Operand): Tensor {
  return withTensor(other, a, (b) => {
    checkBroadcast(`take the ${operation} of`, a, b);
    const call = operation === "maximum" ? native.tensor_maximum : native.tensor_minimum;
    const chosen = new Tensor(call(a.handle, b.handle), a.dtype);
    if (!isTracked(a) && !isTracked(b)) return chosen;
    return record(chosen, typeof other === "number" ? [a] : [a, b], (gradient, wanted) => {
      const won = operation === "maximum" ? a.gt(other) : a.lt(other);
      const tied = a.eq(other);
      const [half, zero] = [gradient.mul(0.5), Tensor.zeros([], gradient)];
      const choice = (mask: Tensor, yes: Tensor, no: Tensor) =>
        new Tensor(native.tensor_where(mask.handle, yes.handle, no.handle), gradient.dtype);
      const share = (ifWon: Tensor, ifLost: Tensor, shape: Shape) =>
        unbroadcast(choice(won, ifWon, choice(tied, half, ifLost)), shape);
      return [
        wanted.wants(0) ? share(gradient, zero, a.shape) : undefined,
        typeof other !== "number" && wanted.wants(1) ? share(zero, gradient, b.shape) : undefined,
      ];
    });
  });
}
