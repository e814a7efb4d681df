import { cpus } from "node:os";
import { dirname } from "node:path";
import { z } from "zod";
import { packedFile, selfContained } from "../program.ts";
import type { Device } from "../tensor/mod.ts";
import { libraryInformation } from "../ffi/mod.ts";
import { now } from "../clock.ts";
import { commitOf } from "./commit.ts";
import { version } from "../version.ts";

/** On what a run was computed. Nothing here decides its result on a CPU. */
export interface Environment {
  readonly time: string;
  readonly wick: string;
  readonly deno: string;
  readonly candle: string;
  readonly library_sha256: string;
  /** The commit of wick's repository, and whether files differ from the commit; null if not known. */
  readonly commit: string | null;
  readonly dirty: boolean | null;
  readonly os: string;
  readonly cpu: string | null;
  readonly instruction_set: string;
  readonly threads: number;
  /** Processes that train it together, where they are several. */
  readonly processes?: number;
  readonly device: string;
  /** Where the module of a model of one's own lay. */
  readonly model_path?: string;
  /** SHA-256 of the data files, or of the synthetic pixels. */
  readonly data_sha256: Readonly<Record<string, string>>;
  /** What is promised of the result's bits on this device. */
  readonly reproducible: string;
}

/** environment.json; only the parts that wick reads again are checked. */
export const environmentSchema = z.looseObject({
  time: z.string().optional(),
  data_sha256: z.record(z.string(), z.string()).optional(),
  /** Where the module of a model of one's own lay. */
  model_path: z.string().optional(),
  /** The environments of processes that resumed the run, each with its first step. */
  resumed: z.array(z.record(z.string(), z.unknown())).optional(),
});
export type RecordedEnvironment = Readonly<z.infer<typeof environmentSchema>>;

/** Reads the environment of this process; the one place that does. */
export async function readEnvironment(
  device: Device,
  dataDigests: Readonly<Record<string, string>>,
  processes = 1,
): Promise<Environment> {
  const info = libraryInformation();
  return {
    time: now().toISOString(),
    wick: version,
    deno: Deno.version.deno,
    candle: info.candle,
    library_sha256: info.sha256,
    ...await readCommit(),
    os: `${Deno.build.os} ${Deno.build.arch}`,
    cpu: processor(),
    instruction_set: info.instructionSet,
    threads: info.threads,
    ...(processes > 1 && { processes }),
    device,
    data_sha256: dataDigests,
    reproducible: device === "cpu"
      ? "the same bits on every CPU with any number of threads"
      : "not promised on CUDA: the order of its sums may differ from run to run",
  };
}

function processor(): string | null {
  try {
    return cpus()[0]?.model ?? null;
  } catch {
    return null; // not permitted, or not known on this system
  }
}

/**
 * The commit of this wick; null where it is not known. Whether files differ from the commit only git
 * itself could say, and no task may run git.
 */
export async function readCommit(): Promise<Pick<Environment, "commit" | "dirty">> {
  if (selfContained) {
    return JSON.parse(await Deno.readTextFile(packedFile("commit.json")));
  }
  const root = import.meta.dirname && dirname(dirname(import.meta.dirname));
  return { commit: (root && commitOf(root)) ?? null, dirty: null };
}
