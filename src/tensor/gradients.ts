import { native } from "../ffi/mod.ts";
import { freeSince, madeSince, scope, scopeMark } from "./scope.ts";
import { shapeText } from "./shape.ts";
import { type Gradients, type Node, noGradients } from "./tape.ts";
import { Tensor } from "./tensor.ts";
import { unchangedSince } from "./writes.ts";

let walks = 0;

/** A parameter, or one under a name as a model lists them. */
export type Parameter = Tensor | { readonly tensor: Tensor };

/**
 * Gradients of a scalar `loss` with respect to `parameters`, in their order and of their shapes.
 *
 * Walks the tape once, from the loss back, and frees it on the way: a second walk through the same
 * operations is an error. The gradient of a parameter that the loss does not depend on is zero.
 *
 * Throws RangeError where the loss is no scalar or depends on no parameter.
 *
 * @example
 * ```ts
 * import { gradients, parameter, scope, Tensor } from "@wick/wick";
 *
 * using x = parameter(Tensor.from([1, 2, 3]));
 * using slope = scope(() => gradients(x.square().sum(), [x])[0]!);
 * console.log(slope.read()); // [2, 4, 6]
 * ```
 */
export function gradients(loss: Tensor, parameters: readonly Parameter[]): Tensor[] {
  if (loss.size !== 1) {
    throw new RangeError(
      `Cannot take gradients of a tensor of shape ${shapeText(loss.shape)}: the loss is one number`,
    );
  }
  const last = loss.node;
  if (last === undefined) {
    throw new RangeError(
      "Cannot take gradients of a tensor that depends on no parameter: compute it from parameters, in the same scope() and outside noGradients()",
    );
  }
  const tensors = parameters.map((one) => one instanceof Tensor ? one : one.tensor);
  const order = wantedNodes(last, tensors);
  return scope(() =>
    noGradients(() => {
      last.gradient = Tensor.full(loss.shape, 1, {
        dtype: loss.dtype,
        device: (tensors[0] ?? loss).device,
      });
      try {
        for (const node of order) step(node);
        return tensors.map(taken);
      } finally {
        last.gradient = undefined;
        for (const node of order) node.gradient = undefined;
        for (const { node } of tensors) if (node) node.gradient = undefined;
      }
    })
  );
}

/** The operations between `last` and the parameters, latest first; marks what is wanted. */
function wantedNodes(last: Node<Tensor>, parameters: readonly Tensor[]): Node<Tensor>[] {
  const walk = ++walks;
  for (const { node } of parameters) {
    if (!node?.isLeaf) {
      throw new TypeError("Cannot take gradients for a tensor that is no parameter: parameter(t)");
    }
    node.walk = walk;
    node.wanted = true;
  }
  const found: Node<Tensor>[] = [];
  const visit = (node: Node<Tensor>): void => {
    if (node.walk === walk) return;
    if (node.isFreed) {
      throw new ReferenceError(
        "Cannot take gradients through an operation that was freed, by an earlier gradients() or with its tensor: compute the loss again",
      );
    }
    node.walk = walk;
    node.wanted = false;
    found.push(node);
  };
  visit(last);
  for (let i = 0; i < found.length; i++) {
    for (const { node } of found[i]!.inputs) if (node !== undefined) visit(node);
  }
  found.sort((a, b) => a.order - b.order);
  for (const node of found) node.wanted = node.inputs.some((input) => input.node?.wanted);
  return found.filter((node) => node.wanted).reverse();
}

/** Carries one operation's gradient on to its inputs. */
function step(node: Node<Tensor>): void {
  const gradient = node.gradient;
  if (gradient === undefined) return;
  node.gradient = undefined;
  const mark = scopeMark();
  const given = unchangedSince(node.writesBefore, () => node.backward!(gradient, node));
  const results = separate(given, gradient, mark);
  const { inputs } = node;
  for (let i = 0; i < inputs.length; i++) {
    const target = inputs[i]!.node;
    const result = results[i];
    if (result === undefined || target === undefined || !target.wanted) continue;
    const earlier = target.gradient;
    target.gradient = earlier === undefined ? result : earlier.add(result);
    earlier?.dispose();
  }
  const passedOn = inputs.map((input) => input.node?.gradient);
  freeSince(mark, passedOn);
  if (!passedOn.includes(gradient)) gradient.dispose();
  node.release();
}

/**
 * The same results as tensors that the tape may free: what is passed on twice, or belongs to
 * someone else, gets a second handle.
 */
function separate(
  results: Gradients<Tensor>,
  gradient: Tensor,
  mark: number,
): Gradients<Tensor> {
  return results.map((result, i) => {
    if (result === undefined) return undefined;
    const own = result === gradient || madeSince(mark, result);
    return own && results.indexOf(result) === i
      ? result
      : Tensor.view(result, native.tensor_alias(result.handle));
  });
}

/** A parameter's gradient as the caller gets it: of its own storage, contiguous. */
function taken(tensor: Tensor, index: number, all: readonly Tensor[]): Tensor {
  const gradient = tensor.node!.gradient;
  if (gradient === undefined) return Tensor.zeros(tensor.shape, tensor);
  const own = gradient.base === undefined && all.indexOf(tensor) === index;
  return own ? gradient : new Tensor(native.tensor_copy(gradient.handle), gradient.dtype);
}
