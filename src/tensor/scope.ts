// One stack for all scopes: a scope is the part above the height at which it began.
const made: Scoped[] = [];
let depth = 0;

/** Puts a new tensor into the care of the innermost scope. */
export function register(tensor: Scoped): void {
  if (depth > 0) made.push(tensor);
}

/** What scopes care for: a tensor, as far as scopes know one. */
export abstract class Scoped implements Disposable {
  /** Whether scopes leave it alone. */
  abstract isKept: boolean;
  /** Whether it has no history that gradients go through, as PyTorch has it. */
  abstract readonly isLeaf: boolean;
  /** Drops the history: no gradient goes through it any more. */
  abstract forget(): void;
  /** Frees it; harmless when repeated. */
  abstract dispose(): void;

  /** Frees it. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/**
 * Runs `callback` and frees every tensor made inside, except parameters, what was given to `keep`,
 * and the tensors in the callback's result (a tensor, or arrays and plain objects of tensors).
 *
 * Scopes nest. Results belong to the outer scope; while one still carries its history, so does all
 * that was made inside, and `gradients` works on it. Results of an outermost scope are the caller's
 * to dispose, and carry no history.
 *
 * @example
 * ```ts
 * import { scope, Tensor } from "@wick/wick";
 *
 * using x = Tensor.from([3, 4]);
 * using norm = scope(() => x.square().sum().sqrt());
 * console.log(norm.item()); // 5
 * ```
 */
export function scope<Result>(callback: () => Result): Result {
  const start = made.length;
  const kept = new Set<Scoped>();
  depth++;
  try {
    const result = callback();
    if (result instanceof Promise) {
      throw new TypeError("scope() takes a function that returns at once, not an async one");
    }
    collect(result, kept);
    return result;
  } finally {
    depth--;
    close(start, kept);
  }
}

/** Takes a tensor out of every scope's care: it lives until it is disposed. Returns it. */
export function keep<Kept extends Scoped>(tensor: Kept): Kept {
  tensor.isKept = true;
  return tensor;
}

/** Height of the stack, to be given to `freeSince`. */
export const scopeMark = (): number => made.length;

/** Whether the innermost scope made the tensor after `mark` was taken. */
export const madeSince = (mark: number, tensor: Scoped): boolean =>
  made.lastIndexOf(tensor) >= mark;

/** Frees what was made since `mark` and is not in `kept`; for use inside a scope only. */
export function freeSince(mark: number, kept: readonly (Scoped | undefined)[]): void {
  let height = mark;
  for (let i = mark; i < made.length; i++) {
    const tensor = made[i]!;
    if (kept.includes(tensor)) made[height++] = tensor;
    else if (!tensor.isKept) tensor.dispose();
  }
  made.length = height;
}

function close(start: number, kept: ReadonlySet<Scoped>): void {
  if (depth > 0) {
    for (const tensor of kept) if (!tensor.isLeaf) return;
  }
  let height = start;
  for (let i = start; i < made.length; i++) {
    const tensor = made[i]!;
    if (tensor.isKept) continue;
    if (!kept.has(tensor)) tensor.dispose();
    else if (depth > 0) made[height++] = tensor;
    else tensor.forget();
  }
  made.length = height;
}

function collect(value: unknown, into: Set<Scoped>): void {
  if (typeof value !== "object" || value === null) return;
  if (value instanceof Scoped) into.add(value);
  else if (Array.isArray(value)) { for (const item of value) collect(item, into); }
  else if (Object.getPrototypeOf(value) === Object.prototype) {
    for (const item of Object.values(value)) collect(item, into);
  }
}
