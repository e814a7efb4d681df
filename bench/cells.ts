import { layerTable } from "../src/nn/mod.ts";
import { benchModel } from "./models.ts";

/** One thing that every peer is timed at. */
export interface Cell {
  readonly run: "train" | "evaluate" | "infer" | "forward" | "gradients";
  /** A model, or an operation where `run` is one of the last two. */
  readonly model: string;
  readonly batch: number;
  readonly threads: number;
}

/** What the bench can be narrowed to. */
export interface Choice {
  readonly runs: readonly ("train" | "evaluate" | "infer")[];
  readonly models: readonly string[];
  readonly batches: readonly number[];
  readonly threads: readonly number[];
}

/** Evaluation is free to choose its batch; the best of these counts. */
const EVALUATION_BATCHES = [32, 250, 1000];

/** Every combination that makes sense: a single image has no batch size. */
export function cells({ runs, models, batches, threads }: Choice): Cell[] {
  const sizes = { train: batches, evaluate: EVALUATION_BATCHES, infer: [1] };
  return threads.flatMap((count) =>
    runs.flatMap((run) =>
      models.flatMap((model) => sizes[run].map((batch) => ({ run, model, batch, threads: count })))
    )
  );
}

/**
 * Floating-point operations an image needs, an FMA counted as two: training is forward, weight gradient and input
 * gradient, but the first layer has no input gradient.
 */
export function operations(run: Cell["run"], model: string): number {
  const each = multiplyAdds(model);
  const forward = each.reduce((sum, layer) => sum + layer, 0);
  return 2 * (run === "train" ? 3 * forward - each[0] : forward);
}

/** Multiply-adds of one image: of each layer with weights, first to last. */
function multiplyAdds(model: string): number[] {
  const known = counted.get(model) ??
    layerTable(benchModel(model).layer, [1, 28, 28]).flatMap(({ isContainer, multiplyAdds }) =>
      isContainer || multiplyAdds === 0 ? [] : multiplyAdds
    );
  counted.set(model, known);
  return known;
}

const counted = new Map<string, number[]>();
