import { native } from "../ffi/mod.ts";
import type { Tensor } from "./tensor.ts";
import { writesSoFar } from "./writes.ts";

/** Gradients for an operation's inputs, in their order; undefined where none is wanted. */
export type Gradients = readonly (Tensor | undefined)[];

/** Tells a backward function which of its operation's inputs want a gradient. */
export interface Wanted {
  /** Whether input `index` leads to a parameter whose gradient was asked for. */
  wants(index: number): boolean;
}

/**
 * Turns the gradient with respect to an operation's output into those with respect to its inputs.
 * A result is a new tensor or `gradient` itself; the tape takes it over and frees it.
 */
export type Backward = (gradient: Tensor, wanted: Wanted) => Gradients;

const nothing: readonly number[] = [];
const none: readonly Tensor[] = [];

let nodes = 0;
let recording = true;

/** How one tensor came to be: a place on the tape. A parameter's has no inputs. */
export class Node implements Wanted {
  /** Ascends in the order of computation: an operation's inputs come before it. */
  readonly order = nodes++;
  /** The gradient that reached this tensor in the walk under way. */
  gradient: Tensor | undefined = undefined;
  /** The walk that visited this node last, and whether a wanted parameter lies behind it. */
  walk = 0;
  /** Whether a gradient has to reach it. */
  wanted = false;
  /** Whether its backward function was freed, by a walk or with its tensor. */
  isFreed = false;
  /** How many changes in place came before it: later ones come too late for its backward function. */
  readonly writesBefore: number = writesSoFar();

  /** Records an operation. */
  constructor(
    public inputs: readonly Tensor[],
    public backward: Backward | undefined,
    private saved: readonly number[],
  ) {}

  wants(index: number): boolean {
    return this.inputs[index]?.node?.wanted ?? false;
  }

  /** Frees what was saved for the backward function, and the function with it. */
  release(): void {
    for (const handle of this.saved) native.tensor_free(handle);
    this.saved = nothing;
    this.inputs = none;
    this.backward = undefined;
    this.isFreed = true;
  }
}

/** Whether an operation on this input has to be recorded. */
export const isTracked = (tensor: Tensor): boolean => recording && tensor.node !== undefined;

/** Records how `output` was made; `saved` are handles that live as long as the record. */
export function record(
  output: Tensor,
  inputs: readonly Tensor[],
  backward: Backward,
  saved: readonly number[] = nothing,
): Tensor {
  output.node = new Node(inputs, backward, saved);
  return output;
}

/** Runs `work` without recording: no operation inside takes part in gradients. */
export function noGradients<Result>(work: () => Result): Result {
  const before = recording;
  recording = false;
  try {
    return work();
  } finally {
    recording = before;
  }
}

/** Marks a tensor as one that gradients can be asked for; scopes do not free it. Returns it. */
export function parameter(tensor: Tensor): Tensor {
  if (tensor.dtype !== "f32" && tensor.dtype !== "f64") {
    throw new TypeError(`Cannot make a parameter of a ${tensor.dtype} tensor: cast it to f32`);
  }
  if (tensor.node !== undefined && !tensor.isParameter) {
    throw new TypeError("Cannot make a parameter of a computed tensor: detach() it first");
  }
  tensor.isParameter = true;
  tensor.isKept = true;
  tensor.node ??= new Node([], undefined, nothing);
  return tensor;
}
