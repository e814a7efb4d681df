import { configRecord, parseConfig } from "../../../src/config/config_file.ts";
import { build } from "../../../src/nn/mod.ts";
import { Checkpoints } from "../../../src/run/checkpoints.ts";
import type { ApiOptions } from "../../../src/serve/api/mod.ts";
import type { ServerOptions } from "../../../src/serve/server.ts";
import { diskFiles } from "../../../src/storage/files.ts";
import { storedTensors } from "../../../src/storage/stored_tensors.ts";
import { Random } from "../../../src/tensor/mod.ts";
import { modelOf } from "../../../src/train/recipe.ts";
import { type RunFolder, writeRun } from "../run_folders.ts";
import { serve } from "../test_server.ts";

/** Writes a run folder with weights, drawn and not trained; returns its path. */
export function writeServedRun(parent: string, name: string, options: RunFolder = {}): string {
  const folder = writeRun(parent, name, options);
  saveBest(folder, 1);
  return folder;
}

/** Writes the best weights of a run, drawn for that epoch, as training does. */
export function saveBest(folder: string, epoch: number): void {
  const config = parseConfig(Deno.readTextFileSync(`${folder}/config.json`), "config.json");
  using model = build(modelOf(config), new Random(epoch, "init"));
  const tensors = storedTensors([...model.parameters, ...model.buffers]);
  const text = JSON.stringify(configRecord(config));
  new Checkpoints(`${folder}/checkpoints`, text, 1, diskFiles).saveBest({ tensors, epoch });
}

/** Starts a server whose models predict. */
export const servePredictions = (
  folder: string,
  predict: Partial<ApiOptions> = {},
  options: Partial<ServerOptions> = {},
) =>
  serve(folder, {
    ...options,
    predict: { watch: false, batchWait: 2, maxBatch: 64, ...predict },
  });

/** What the API says of one image. */
export interface PredictionReply {
  readonly class: string;
  readonly label: number;
  readonly probability: number;
  readonly probabilities: Readonly<Record<string, number>>;
}

/** What the API answers a prediction with. */
export interface PredictionsReply {
  readonly model: string;
  readonly epoch: number;
  readonly sha256: string;
  readonly milliseconds: number;
  readonly predictions: readonly PredictionReply[];
}

/** Sends a body and reads the JSON that comes back. */
export async function post<Reply = PredictionsReply & { readonly error: string }>(
  url: string,
  body: BodyInit,
  type?: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Headers; json: Reply }> {
  const response = await fetch(url, {
    method: "POST",
    body,
    headers: { ...(type && { "content-type": type }), ...headers },
  });
  return { status: response.status, headers: response.headers, json: await response.json() };
}
