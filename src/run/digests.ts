import { z } from "zod";
import {
  jsonValue,
  readText,
  type StoredTensor,
  tensorDigests,
  weightsDigest,
} from "../storage/mod.ts";
import { digestSchema } from "./summary.ts";

/** Digests of the weights after an epoch: a line of weights.jsonl. */
const epochDigestsSchema = z.object({
  epoch: z.int(),
  weights_sha256: digestSchema,
  /** The digest of each tensor alone. */
  tensors: z.record(z.string(), digestSchema),
});
export type EpochDigests = Readonly<z.infer<typeof epochDigestsSchema>>;

/** The digests of the weights that an epoch left. */
export function epochDigests(epoch: number, weights: readonly StoredTensor[]): EpochDigests {
  return { epoch, weights_sha256: weightsDigest(weights), tensors: tensorDigests(weights) };
}

/** The digests of each epoch whose line in weights.jsonl is whole. */
export function readDigests(folder: string): EpochDigests[] {
  const lines = (readText(`${folder}/weights.jsonl`) ?? "").split("\n");
  return lines.flatMap((line) => epochDigestsSchema.safeParse(jsonValue(line)).data ?? []);
}
