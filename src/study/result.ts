import { readDigests, readRun } from "../run/mod.ts";
import type { Result } from "./ledger.ts";
import type { Outcome } from "./train_trial.ts";

/** What became of a run, as its folder tells. */
export function resultOf(folder: string, outcome: Outcome): Result {
  const { state, failure } = outcome as Outcome & { readonly state: Result["state"] };
  try {
    const { history } = readRun(folder);
    const digests = readDigests(folder).map(({ weights_sha256 }) => weights_sha256);
    return { state, failure, history, digests: digests.slice(0, history.length) };
  } catch (error) {
    if (state === "failed") return { state, failure, history: [], digests: [] };
    throw error;
  }
}
