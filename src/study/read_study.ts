import { UserError } from "../errors.ts";
import type { Ledger } from "./ledger.ts";
import { allParameters, type Parameter } from "./space.ts";
import type { StudySpec } from "./spec.ts";
import { type Objective, objectiveOf, type Trial } from "./trial.ts";

/** A study as its ledger has it at one moment. */
export interface Study {
  readonly folder: string;
  readonly spec: StudySpec;
  readonly objective: Objective;
  readonly parameters: readonly Parameter[];
  readonly trials: readonly Trial[];
}

/** Reads a study; throws a UserError where none has begun. */
export function readStudy(ledger: Ledger): Study {
  const { folder } = ledger;
  const recorded = ledger.get("spec");
  if (recorded === undefined) throw new UserError(`${folder} holds no study yet`);
  const { spec } = JSON.parse(recorded) as { spec: StudySpec };
  const objective = objectiveOf(ledger.get("objective") as Parameters<typeof objectiveOf>[0]);
  const parameters = allParameters(spec.space);
  return { folder, spec, objective, parameters, trials: ledger.trials() };
}
