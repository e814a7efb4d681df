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
 * The candidate with the smallest edit distance to `word` that is near enough to be meant, the first
 * of equals. Near is what a third of the word's letters change, at least one, as in rustc
 * (`find_best_match_for_name`), and what begins with the word, as in git (`help_unknown_cmd`).
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const asked = word.toLowerCase();
  const limit = Math.max(1, Math.floor(asked.length / 3));
  let best: string | undefined;
  let least = Infinity;
  for (const candidate of candidates) {
    const name = candidate.toLowerCase();
    const distance = editDistance(asked, name);
    const isNear = distance <= limit || (asked.length >= 3 && name.startsWith(asked));
    if (isNear && distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** `; did you mean adam?` where a candidate is near, else nothing. */
export function guessOf(word: string, candidates: readonly string[]): string {
  const guess = nearest(word, candidates);
  return guess === undefined ? "" : `; did you mean ${guess}?`;
}
