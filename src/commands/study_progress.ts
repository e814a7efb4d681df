import { fitting, type Screen } from "../cli/mod.ts";
import { counted } from "../printable.ts";
import { logged } from "../statistics/mod.ts";
import { bestEpoch } from "../train/mod.ts";
import {
  allParameters,
  type Ledger,
  type Objective,
  type Result,
  shownParameter,
  type StudySpec,
  type StudyWatcher,
  type TrialRun,
  valueIn,
} from "../study/mod.ts";

/** Shows how far a study is: a line for each run that ended, and one below of those that are trained. */
export class StudyProgress implements StudyWatcher {
  readonly #running = new Map<string, { run: TrialRun; epoch: number }>();
  #done = 0;

  constructor(
    readonly screen: Screen,
    readonly spec: StudySpec,
    readonly objective: Objective,
    readonly ledger: Ledger,
  ) {}

  begun(run: TrialRun): void {
    this.#running.set(run.folder, { run, epoch: run.history.length });
    this.#draw();
  }

  epoch(run: TrialRun, epoch: number): void {
    this.#running.set(run.folder, { run, epoch });
    this.#draw();
  }

  ended(run: TrialRun, { state, history, failure }: Result): void {
    this.#running.delete(run.folder);
    this.#done++;
    const best = bestEpoch(history, this.objective.label);
    const figures = best === undefined ? [] : logged([this.objective], best);
    const seed = this.spec.seeds.length > 1 ? [`seed ${run.seed}`] : [];
    const count = counted(history.length, "epoch");
    const values = this.#values(run.trial);
    const said = [`trial ${run.trial}`, ...seed, ...values, state, ...figures, count];
    this.screen.line(`${said.join("  ")}${failure === undefined ? "" : `: ${failure}`}`);
    this.#draw();
  }

  /** What is varied, `lr=0.1`. */
  #values(trial: number): string[] {
    const point = this.ledger.point(trial);
    return allParameters(this.spec.space).flatMap((parameter) => {
      const { name, domain } = parameter;
      const value = valueIn(point, parameter);
      const isFixed = domain.kind === "choice" && domain.values.length === 1;
      return isFixed || value === undefined ? [] : [`${shownParameter(name)}=${value}`];
    });
  }

  #draw(): void {
    const all = [...this.#running.values()].map(({ run, epoch }) =>
      `trial ${run.trial}${this.spec.seeds.length > 1 ? ` seed ${run.seed}` : ""} epoch ${
        epoch + 1
      }`
    );
    const start = `${this.#done} done`;
    this.screen.bar((columns) =>
      fitting(columns, [[start, ...all].join("  "), `${start}, ${all.length} at work`])
    );
  }
}
