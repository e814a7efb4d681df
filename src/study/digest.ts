import { createHash } from "node:crypto";
import type { Trial } from "./trial.ts";

/**
 * The SHA-256 of all that follows from a study's file: of each run its config, how it ended, its
 * figures and the digests of its weights. Times and places are not in it.
 */
export function studyDigest(trials: readonly Trial[]): string {
  const hash = createHash("sha256");
  for (const { n, point, sameAs, failure, runs } of trials) {
    hash.update(`${JSON.stringify([n, point, sameAs ?? null, failure ?? null])}\n`);
    for (const { seed, configText, state, history, digests, failure } of runs) {
      hash.update(
        `${configText}${JSON.stringify([seed, state, history, digests, failure ?? null])}\n`,
      );
    }
  }
  return hash.digest("hex");
}
