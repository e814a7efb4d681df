/** An array as far as its changes in place are concerned. */
export interface Writable {
  /** The array whose memory it may share, where it was made as a view of one. */
  readonly base: Writable | undefined;
  /** How many changes in place of any array had been made before it. */
  readonly madeAt: number;
  /** The number of its own last change in place, 0 where there was no change. */
  changedAt: number;
}

let writes = 0;
let recordedAt = Infinity;

/** Notes that an array was changed in place, and with it every view of its memory. */
export function written(array: Writable): void {
  (array.base ?? array).changedAt = ++writes;
}

/** How many changes in place there were so far. */
export const writesSoFar = (): number => writes;

/** Runs the backward function of an operation that was recorded after `writesBefore` changes in place. */
export function unchangedSince<Result>(writesBefore: number, backward: () => Result): Result {
  if (writes === writesBefore) return backward();
  recordedAt = writesBefore;
  try {
    return backward();
  } finally {
    recordedAt = Infinity;
  }
}

/** Throws where a backward function uses an array that was changed after its operation was recorded. */
export function checkUnchanged(array: Writable): void {
  const { changedAt, madeAt } = array.base ?? array;
  // What was made after the operation is the backward function's own.
  if (changedAt > recordedAt && madeAt <= recordedAt) {
    throw new ReferenceError(
      "Cannot take gradients through an operation whose values were changed in place since: compute the loss again",
    );
  }
}
