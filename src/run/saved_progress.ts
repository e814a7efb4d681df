import { z } from "zod";
import { findFile, headerLimit, readBytes, type ReadOptions } from "../storage/mod.ts";
import { progressSchema, type RunProgress } from "../train/mod.ts";

const headerSchema = z.object({ __metadata__: z.object({ progress: z.string() }) });

/**
 * Where a run's last checkpoint stands, as the header of its file says, which is not verified;
 * undefined where there is none or it does not say so.
 */
export function savedProgress(folder: string, options: ReadOptions = {}): RunProgress | undefined {
  using opened = findFile(`${folder}/checkpoints/last.safetensors`, options);
  if (opened === undefined || opened.size < 8) return undefined;
  const length = new DataView(readBytes(opened.file, 8).buffer).getBigUint64(0, true);
  if (length > BigInt(Math.min(headerLimit, opened.size))) return undefined;
  const header = json(new TextDecoder().decode(readBytes(opened.file, Number(length))));
  const metadata = headerSchema.safeParse(header).data?.__metadata__;
  return progressSchema.safeParse(json(metadata?.progress ?? "")).data;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
