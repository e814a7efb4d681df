/** The number of insertions, deletions, substitutions and swaps of neighbours between two words. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length];
}

/**
 * The candidate that is meant, if one is: the shortest that begins with `word` (`help_unknown_cmd` of
 * git), or else the one with the smallest edit distance to it, of at most a third of the word's letters or one
 * (`find_best_match_for_name` of rustc). The first of equals.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const asked = word.toLowerCase();
  const limit = Math.max(1, Math.floor(asked.length / 3));
  let best: string | undefined;
  let least = Infinity;
  for (const candidate of candidates) {
    const name = candidate.toLowerCase();
    const isBegun = asked.length >= 3 && name.startsWith(asked);
    // Less than the distance of any word that is not begun.
    const distance = isBegun ? 1 - 1 / name.length : editDistance(asked, name);
    if ((isBegun || distance <= limit) && distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** `; did you mean adam?` where a candidate is near, else nothing. */
export function guessOf(word: string, candidates: readonly string[]): string {
  const guess = nearest(word, candidates);
  return guess === undefined ? "" : `; did you mean ${guess}?`;
}
