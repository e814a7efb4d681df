import { configText, type TrainConfig } from "../config/mod.ts";
import { messageOf, UserError } from "../errors.ts";
import type { Ledger, NewTrial } from "./ledger.ts";
import { nextRound, type Round } from "./rounds.ts";
import type { Point } from "./space.ts";
import type { StudySpec } from "./spec.ts";
import type { Objective } from "./trial.ts";

/** What rounds are begun with. */
export interface Planning {
  readonly ledger: Ledger;
  readonly spec: StudySpec;
  readonly objective: Objective;
  /** The config of a point with a seed; throws a UserError where there can be none. */
  readonly configure: (point: Point, seed: number) => Promise<TrainConfig>;
}

/** Begins the next round, unless there is still an open one; false where the study is complete. */
export async function beginRound(planning: Planning): Promise<boolean> {
  const { ledger, spec, objective } = planning;
  if (ledger.hasOpenRuns) return true;
  const number = ledger.rounds;
  const round = nextRound(spec, ledger.trials(), objective);
  if (round === undefined) return false;
  ledger.begin(number, await freshTrials(planning, round), round.leave, round.continued);
  return true;
}

/** The new trials of a round with their configs, those that are there already apart. */
async function freshTrials(
  { ledger, spec, configure }: Planning,
  { fresh }: Round,
): Promise<NewTrial[]> {
  const known = ledger.configs();
  const trials: NewTrial[] = [];
  for (const { n, point } of fresh) {
    try {
      const texts: string[] = [];
      for (const seed of spec.seeds) texts.push(configText(await configure(point, seed)));
      const sameAs = known.get(texts[0]);
      for (const text of texts) if (!known.has(text)) known.set(text, n);
      const runs = texts.map((configText, i) => {
        const seed = spec.seeds[i];
        return { seed, configText, folder: `${String(n).padStart(5, "0")}-s${seed}` };
      });
      trials.push({ n, point, ...(sameAs === undefined ? { runs } : { sameAs, runs: [] }) });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      trials.push({ n, point, failure: messageOf(error), runs: [] });
    }
  }
  return trials;
}
