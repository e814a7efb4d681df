import type { Tensor } from "./tensor.ts";

let writes = 0;
let recordedAt = Infinity;

/** Notes that a tensor's values were changed in place, and with them those of every view of its storage. */
export function written(tensor: Tensor): void {
  (tensor.base ?? tensor).changedAt = ++writes;
}

/** How many changes in place there were so far. */
export const writesSoFar = (): number => writes;

/** Runs the backward function of an operation that was recorded after so many changes in place. */
export function unchangedSince<Result>(writesBefore: number, backward: () => Result): Result {
  if (writes === writesBefore) return backward();
  recordedAt = writesBefore;
  try {
    return backward();
  } finally {
    recordedAt = Infinity;
  }
}

/** Throws where a backward function uses a tensor that was changed after its operation was recorded. */
export function checkUnchanged(tensor: Tensor): void {
  const { changedAt, madeAt } = tensor.base ?? tensor;
  // What was made after the operation is the backward function's own.
  if (changedAt > recordedAt && madeAt <= recordedAt) {
    throw new ReferenceError(
      "Cannot take gradients through an operation whose values were changed in place since: compute the loss again",
    );
  }
}
