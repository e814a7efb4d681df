import { z } from "zod";
import { findFile, headerLimit, jsonValue, readBytes, type ReadOptions } from "../storage/mod.ts";
import { progressSchema, type RunProgress } from "../train/mod.ts";

const headerSchema = z.object({ __metadata__: z.object({ progress: z.string() }) });

/**
 * Where a run's last checkpoint stands, as the header of its file says, which is not verified;
 * undefined where the file is missing or does not say it.
 */
export function savedProgress(folder: string, options: ReadOptions = {}): RunProgress | undefined {
  using opened = findFile(`${folder}/checkpoints/last.safetensors`, options);
  if (opened === undefined || opened.size < 8) return undefined;
  const length = new DataView(readBytes(opened.file, 8).buffer).getBigUint64(0, true);
  if (length > BigInt(Math.min(headerLimit, opened.size))) return undefined;
  const header = jsonValue(new TextDecoder().decode(readBytes(opened.file, Number(length))));
  const metadata = headerSchema.safeParse(header).data?.__metadata__;
  return progressSchema.safeParse(jsonValue(metadata?.progress ?? "")).data;
}
