import { z } from "zod";
import { headerLimit } from "../storage/mod.ts";
import { readBytes } from "../storage/mod.ts";
import { openFile } from "./run_file.ts";

/**
 * Whether a process holds a run folder's lock. Looking takes a shared lock for an instant where
 * none is held, so it is done only after the lock file has changed.
 */
export function isLocked(root: string, run: string): boolean {
  try {
    using lock = openFile(root, run, ".lock");
    return lock !== undefined && !lock.file.tryLockSync(false);
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return false; // reading the run says so
    throw error;
  }
}

const progressSchema = z.object({ step: z.int().min(0) });

/**
 * Steps that a run's last checkpoint has behind it, from the header of the file alone; undefined
 * where there is none or it does not say so.
 */
export function savedStep(root: string, run: string): number | undefined {
  using opened = openFile(root, run, "checkpoints", "last.safetensors");
  if (opened === undefined || opened.size < 8) return undefined;
  const length = new DataView(readBytes(opened.file, 8).buffer).getBigUint64(0, true);
  if (length > BigInt(Math.min(headerLimit, opened.size))) return undefined;
  const header = json(new TextDecoder().decode(readBytes(opened.file, Number(length))));
  const metadata = z.object({ __metadata__: z.object({ progress: z.string() }) }).safeParse(header);
  if (!metadata.success) return undefined;
  return progressSchema.safeParse(json(metadata.data.__metadata__.progress)).data?.step;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
