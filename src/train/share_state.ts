import { progressSchema } from "./checkpoint.ts";
import { ofFirst } from "./ranks.ts";
import type { TrainingState } from "./state.ts";

/** Brings every process of a run to where the first one stands. */
export function shareState(state: TrainingState): void {
  const { ranks } = state;
  if (ranks.size === 1) return;
  const { tensors, progress } = state.checkpoint();
  const text = ofFirst(ranks, new TextEncoder().encode(JSON.stringify(progress)));
  const shared = tensors.map(({ bytes, ...tensor }) => ({
    ...tensor,
    bytes: ofFirst(ranks, bytes),
  }));
  if (ranks.rank === 0) return;
  const stands = progressSchema.parse(JSON.parse(new TextDecoder().decode(text)));
  state.restore({ tensors: shared, progress: stands });
}
