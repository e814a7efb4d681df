/** Multiply-adds of one image: each layer's, first to last. */
const LAYERS = {
  linear: [784 * 10],
  nonlinear: [784 * 128, 128 * 10],
  cnn: [
    convolution(1, 10, 28),
    convolution(10, 10, 28),
    convolution(10, 10, 14),
    convolution(10, 10, 14),
    490 * 10,
  ],
  wide: [convolution(1, 32, 28), convolution(32, 64, 14), 3136 * 10],
};

/** The models that every peer has, and the bench times. */
export const MODELS = Object.keys(LAYERS) as ModelName[];

/** One thing that every peer is timed at. */
export interface Cell {
  readonly run: "train" | "evaluate" | "infer";
  readonly model: ModelName;
  readonly batch: number;
  readonly threads: number;
}

export type ModelName = keyof typeof LAYERS;

/** What the bench can be narrowed to. */
export interface Choice {
  readonly runs: readonly Cell["run"][];
  readonly models: readonly ModelName[];
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
 * gradient, but the first layer's input needs none.
 */
export function operations(run: Cell["run"], model: ModelName): number {
  const forward = LAYERS[model].reduce((sum, layer) => sum + layer, 0);
  return 2 * (run === "train" ? 3 * forward - LAYERS[model][0] : forward);
}

/** Multiply-adds of a 3 x 3 convolution that keeps `size` x `size`. */
function convolution(inputs: number, outputs: number, size: number): number {
  return inputs * outputs * 9 * size * size;
}
