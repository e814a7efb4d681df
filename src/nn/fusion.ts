import { type Call, type Flow, folded, type Joined, type Kinds, table } from "./joining.ts";
import type { Ending, Layer, Mode, Module } from "./module.ts";

/** Layers that run as one: a single layer, or a layer and those after it that join it. */
export interface Pass {
  /** The place of the first layer in its sequence. */
  readonly start: number;
  /** The layers, in their order. */
  readonly layers: readonly Layer[];
  /** The gradient of the ReLU that the pass ends in is left to the next pass. */
  readonly reluGradientDone: boolean;
  /** The pass before left the gradient of its ReLU to this one. */
  readonly inputFromRelu: boolean;
  /** Its second layer is a normalisation that is folded into the weight of the first. */
  readonly folds: boolean;
  /** It gathers the statistics of its output for the normalisation that follows, which pends. */
  readonly gathers: boolean;
  /** It is a normalisation, perhaps with a ReLU, that the next pass applies while it reads. */
  readonly pends: boolean;
}

/**
 * The passes of a sequence: neighbours are joined where that saves a pass over memory. Evaluation
 * also folds a batch normalisation into the weight and the bias before it, whose sums then round
 * otherwise; all else that is joined has the bits of its layers one by one.
 */
export function plan(layers: readonly Layer[], training: boolean): Pass[] {
  const passes: Pass[] = [];
  let inputFromRelu = false;
  for (let start = 0, end = 1; start < layers.length; start = end++) {
    const row = table.get(layers[start]!.kind);
    const follows = (kind?: string) => kind !== undefined && layers[end]?.kind === kind;
    const folds = !training && follows(row?.folds);
    const gathers = training && follows(row?.gathers) && pendsAt(layers, end);
    if (folds) end++;
    const joins = [...row?.epilogue ?? [], ...(!training && row?.inEvaluation) || []];
    end += joining(layers.slice(end), joins);
    const joined = layers.slice(start, end);
    const pends = pendsAt(layers, start);
    const reluGradientDone = !pends && joined.at(-1)!.kind === "relu" &&
      row?.leavesReluGradient === true &&
      table.get(layers[end]?.kind)?.takesReluGradient === true;
    passes.push({ start, layers: joined, reluGradientDone, inputFromRelu, folds, gathers, pends });
    inputFromRelu = reluGradientDone;
  }
  return passes;
}

/** Whether a layer, with a ReLU after it or without, is left to the layer after them. */
function pendsAt(layers: readonly Layer[], at: number): boolean {
  const reader = layers[at + 1]?.kind === "relu" ? layers[at + 2] : layers[at + 1];
  return table.get(layers[at]?.kind)?.pends === true && reader !== undefined &&
    table.get(reader.kind)?.readsPending?.(reader) === true;
}

/** How many of the layers join what comes before them: as many as one of the rows allows. */
function joining(layers: readonly Layer[], rows: Kinds): number {
  const along = (kinds: readonly string[]) => {
    let count = 0;
    for (const kind of kinds) if (layers[count]?.kind === kind) count++;
    return count;
  };
  return Math.max(0, ...rows.map(along));
}

/** A pass of a sequence, ready to run. */
interface Run {
  readonly forward: Call;
  /** The same through what becomes of the sequence's output, if that joins the pass. */
  readonly end?: (flow: Flow, mode: Mode, ending: Ending) => Flow;
}

function runOf(pass: Pass, modules: readonly Module[]): Run {
  const { start, layers, folds, ...flags } = pass;
  const module = modules[start]!;
  const row = table.get(module.layer.kind);
  const call = folds ? folded(row!, modules[start + 1]!) : row?.forward;
  const alone: Call = ({ x }, mode) => ({ x: module.forward(x, mode) });
  if (call === undefined) return { forward: alone };
  const joined = layers.slice(folds ? 2 : 1).map((layer) => table.get(layer.kind)?.join?.(layer));
  const all: Joined = Object.assign({}, flags, ...joined);
  const isAlone = layers.length === 1 && !Object.values(flags).some((flag) => flag === true);
  const together = call(module, all);
  const forward: Call = isAlone
    ? (flow, mode) => (flow.pending ? together : alone)(flow, mode)
    : together;
  if (!row!.adds || joined.length > 0) return { forward };
  return {
    forward,
    end: (flow, mode, ending) => call(module, { ...all, ...ending })(flow, mode),
  };
}

/** Runs modules one after the other, as `plan` joins them, and then what an ending says. */
export function sequence(modules: readonly Module[]): Module["inner"] {
  const layers = modules.map(({ layer }) => layer);
  const [training, evaluation] = [true, false].map((isTraining) =>
    plan(layers, isTraining).map((pass) => runOf(pass, modules))
  );
  return (x, mode, ending) => {
    let flow: Flow = { x };
    const go = (next: Flow) => {
      flow.statistics?.dispose();
      // What no gradient needs goes at once: its memory is warm for the next layer.
      if (flow.x !== x && flow.x !== next.x && !next.x.requiresGrad) flow.x.dispose();
      flow = next;
    };
    const passes = mode.training ? training : evaluation;
    const last = ending && passes.at(-1)?.end;
    for (const pass of last ? passes.slice(0, -1) : passes) go(pass.forward(flow, mode));
    if (ending === undefined) return flow.x;
    if (last) {
      go(last(flow, mode, ending));
    } else {
      go({ x: ending.added.add(flow.x) });
      if (ending.relu) go({ x: flow.x.relu() });
    }
    return flow.x;
  };
}
