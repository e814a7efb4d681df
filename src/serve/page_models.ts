import { dataSet } from "../data/mod.ts";
import { messageOf } from "../errors.ts";
import { layerData, type PageModel } from "../export/mod.ts";
import { program } from "../program.ts";
import { type FoundRun, modelIn, type RunRecord } from "../run/mod.ts";
import { readFile, readWeightsFile, weightsDigest } from "../storage/mod.ts";
import { modelOf } from "../train/mod.ts";
import { stampOf } from "./run_store.ts";

/** Where a run folder has its best weights. */
export const weightsFile = "checkpoints/best.safetensors";

/** What a page needs of a run's model but its weights, or one sentence on why there is nothing. */
export type RunModel = Omit<PageModel, "weights"> | { readonly problem: string };

/** Models that are remembered. */
const modelLimit = 64;
/** The largest weights file that is read, in bytes. */
const sizeLimit = 0x7fffffff;

/**
 * The models of runs as pages need them. What is remembered of one is small: the weights are read to
 * be checked, and sent from the disk.
 */
export class PageModels {
  readonly #known = new Map<string, { readonly stamp: string; model: Promise<RunModel> }>();

  /** With `runsCode` the modules of models of one's own are run. */
  constructor(readonly runsCode: boolean) {}

  /** The model of a run's best weights; the same object until there are better ones. */
  get(run: FoundRun): Promise<RunModel> {
    const stamp = `${run.state === "damaged"} ${stampOf(`${run.folder}/${weightsFile}`).text}`;
    const known = this.#known.get(run.folder);
    this.#known.delete(run.folder);
    const model = known?.stamp === stamp ? known.model : read(run, this.runsCode);
    this.#known.set(run.folder, { stamp, model });
    if (this.#known.size > modelLimit) this.#known.delete([...this.#known.keys()][0]);
    return model;
  }
}

async function read(run: FoundRun, runsCode: boolean): Promise<RunModel> {
  if (run.state === "damaged") return { problem: `The run is damaged: ${run.problem}.` };
  if (run.config.modelFiles !== undefined && !runsCode) {
    const command = `${program} serve --predict`;
    return {
      problem: `Its model is a module of its own: ${command} alone runs its code.`,
    };
  }
  try {
    return await pageModel(run) ?? { problem: "It has no weights yet: no epoch is complete." };
  } catch (error) {
    return { problem: `Its best weights cannot be used: ${messageOf(error)}.` };
  }
}

/** Reads a model without making it: that would take the native library. */
async function pageModel({ folder, config }: RunRecord): Promise<RunModel | undefined> {
  // What lies behind a link is not looked at.
  const bytes = readFile(`${folder}/${weightsFile}`, { limit: sizeLimit, links: false });
  if (bytes === undefined) return undefined;
  const { tensors, metadata } = readWeightsFile(bytes);
  return {
    format: dataSet(config.data),
    layer: layerData(modelOf(config, await modelIn(folder, config)), tensors),
    seal: metadata.sha256,
    digest: weightsDigest(tensors),
  };
}
