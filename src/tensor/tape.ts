import { isFloat } from "./dtype.ts";
import { Storage } from "./storage.ts";
import { writesSoFar } from "./writes.ts";

/** Gradients for an operation's inputs, in their order; undefined for one that is not wanted. */
export type Gradients<Value> = readonly (Value | undefined)[];

/** Tells a backward function which of its operation's inputs want a gradient. */
export interface Wanted {
  /** Whether input `index` leads to a parameter whose gradient was asked for. */
  wants(index: number): boolean;
}

/**
 * Turns the gradient with respect to an operation's output into the gradients with respect to its inputs.
 * A result is a new tensor or `gradient` itself; the tape takes it over and frees it.
 */
export type Backward<Value> = (gradient: Value, wanted: Wanted) => Gradients<Value>;

const nothing: readonly never[] = [];

let nodes = 0;
let recording = true;

/** How one tensor came to be: a place on the tape. A parameter's node has no inputs. */
export class Node<Value extends Recorded<Value>> implements Wanted {
  /** Ascends in the order of computation: an operation's inputs come before it. */
  readonly order = nodes++;
  /** The gradient that reached this tensor in the walk under way. */
  gradient: Value | undefined = undefined;
  /** The walk that visited this node last, and whether a wanted parameter lies behind it. */
  walk = 0;
  /** Whether a gradient has to reach it. */
  wanted = false;
  /** Whether its backward function was freed, by a walk or with its tensor. */
  isFreed = false;
  /** Whether it is a parameter's. */
  readonly isLeaf: boolean;
  /** How many changes in place came before it: later ones come too late for its backward function. */
  readonly writesBefore: number = writesSoFar();

  /** Records an operation, or a parameter where there is no backward function. */
  constructor(
    public inputs: readonly Value[],
    public backward: Backward<Value> | undefined,
    private saved: readonly Value[],
  ) {
    this.isLeaf = backward === undefined;
  }

  wants(index: number): boolean {
    return this.inputs[index]?.node?.wanted ?? false;
  }

  /** Frees what was saved for the backward function, and the function with it. */
  release(): void {
    for (const tensor of this.saved) tensor.dispose();
    this.saved = nothing;
    this.inputs = nothing;
    this.backward = undefined;
    this.isFreed = true;
  }
}

/** An array that may have a place on the tape: a tensor, as far as the tape knows one. */
export abstract class Recorded<Value extends Recorded<Value>> extends Storage {
  /** The tensor's place on the tape. */
  abstract node: Node<Value> | undefined;

  /** Whether gradients go through it, as PyTorch has it: a parameter, or computed from one. */
  get requiresGrad(): boolean {
    return this.node !== undefined;
  }

  /** Whether no recorded operation made it, as PyTorch has it; a parameter is a leaf too. */
  get isLeaf(): boolean {
    return this.node?.isLeaf ?? true;
  }

  /** Frees the tensor and what was saved for its gradient; harmless when repeated. */
  override dispose(): void {
    this.node?.release();
    super.dispose();
  }

  /** Drops the history: no gradient goes through this tensor any more. */
  forget(): void {
    this.node?.release();
    this.node = undefined;
  }
}

/** Whether an operation on this input has to be recorded. */
export const isTracked = (tensor: { readonly requiresGrad: boolean }): boolean =>
  recording && tensor.requiresGrad;

/** Records how `output` was made; `saved` are tensors that live as long as the record. */
export function record<Value extends Recorded<Value>>(
  output: Value,
  inputs: readonly Value[],
  backward: Backward<Value>,
  saved: readonly Value[] = nothing,
): Value {
  output.node = new Node(inputs, backward, saved);
  return output;
}

/** Runs `callback` without recording: no operation inside takes part in gradients. */
export function noGradients<Result>(callback: () => Result): Result {
  const before = recording;
  recording = false;
  try {
    return callback();
  } finally {
    recording = before;
  }
}

/** Marks a tensor as one that gradients can be asked for; scopes do not free it. Returns it. */
export function parameter<Value extends Recorded<Value>>(tensor: Value): Value {
  if (!isFloat(tensor.dtype)) {
    throw new TypeError(`Cannot make a parameter of a ${tensor.dtype} tensor: cast it to f32`);
  }
  if (!tensor.isLeaf) {
    throw new TypeError("Cannot make a parameter of a computed tensor: detach() it first");
  }
  tensor.isKept = true;
  tensor.node ??= new Node<Value>([], undefined, nothing);
  return tensor;
}
