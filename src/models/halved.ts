/** A length in pixels after poolings that each halve it; throws RangeError where nothing is left. */
export function halved(length: number, poolings: number): number {
  const left = Math.floor(length / (1 << poolings));
  if (left > 0) return left;
  throw new RangeError(
    `halving ${length} pixels ${poolings} times leaves none, it takes ${1 << poolings} or more`,
  );
}
