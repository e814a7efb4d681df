import { createHash } from "node:crypto";
import { plainScreen, type Screen, silentScreen, standardScreen } from "../cli/mod.ts";
import { configText, type TrainConfig } from "../config/mod.ts";
import { messageOf, UsageError, UserError } from "../errors.ts";
import { counted } from "../printable.ts";
import { alone, finishMpi, greatest, ofFirst, type Ranks, startMpi } from "../train/mod.ts";

/** Where Open MPI's library is looked for, as the system's loader finds it. */
const libraries = Deno.build.os === "darwin"
  ? ["libmpi.40.dylib", "/opt/homebrew/lib/libmpi.40.dylib"]
  : ["libmpi.so.40", "libmpi.so"];

/** Milliseconds in which mpirun ends a process after another one has failed. */
const patience = 2500;

const numberOf = (variable: string): number | undefined => {
  const text = Deno.env.get(variable);
  return text === undefined ? undefined : Number(text);
};

/**
 * Runs a command in each of the processes that `mpirun` started together, or in this one alone. The
 * first one speaks for all, of failures too: another waits whether mpirun ends it for that failure, and
 * speaks of one of its own.
 */
export async function together<Result>(
  command: (join: () => Ranks) => Promise<Result>,
): Promise<Result> {
  try {
    let ranks = alone;
    const result = await command(() => ranks = joinRanks());
    if (ranks !== alone) finishMpi();
    return result;
  } catch (error) {
    if (rankOf() > 0) await new Promise((resolve) => setTimeout(resolve, patience));
    throw error;
  }
}

const rankOf = (): number => numberOf("OMPI_COMM_WORLD_RANK") ?? numberOf("PMIX_RANK") ?? 0;

/** The processes that this one was started with, as its environment says. */
function joinRanks(): Ranks {
  const isPmix = numberOf("PMIX_RANK") !== undefined;
  const size = numberOf("OMPI_COMM_WORLD_SIZE") ??
    (isPmix ? numberOf("SLURM_STEP_NUM_TASKS") : undefined);
  if (!isPmix && size === undefined && (numberOf("PMI_SIZE") ?? 1) > 1) {
    throw new UsageError(
      "This mpirun is not Open MPI's, with which wick speaks: use that of Open MPI",
    );
  }
  if (size === 1 || (size === undefined && !isPmix)) return alone;
  let ranks: Ranks;
  try {
    ranks = startMpi(libraries, numberOf("OMPI_COMM_WORLD_LOCAL_SIZE") ?? 1);
  } catch (error) {
    throw new UserError(`${messageOf(error)}: install Open MPI on this machine`);
  }
  if (ranks.size === (size ?? ranks.size)) return ranks;
  throw new UserError(
    `mpirun has started ${size} processes, of which the MPI library knows ${ranks.size}: ` +
      "use the mpirun of the installation that the library belongs to",
  );
}

/** Where a process of several speaks. */
export function screenOf({ rank, size }: Ranks): Screen & Disposable {
  if (size === 1) return standardScreen();
  return { ...(rank === 0 ? plainScreen : silentScreen), [Symbol.dispose]() {} };
}

/** Refuses processes without a shard, and those that would train something else than the first one. */
export function refuseRanks(
  ranks: Ranks,
  config: TrainConfig,
  digests: Readonly<Record<string, string>>,
): void {
  const { size, rank } = ranks;
  if (size > config.shards) {
    throw new UsageError(
      `mpirun has started ${
        counted(size, "process", "processes")
      }, which divide the shards of a batch, and ` +
        `--shards is ${config.shards}: start no more processes than shards`,
    );
  }
  const hash = createHash("sha256").update(configText(config) + JSON.stringify(digests)).digest();
  const isOther = !ofFirst(ranks, hash).every((byte, i) => byte === hash[i]);
  const other = greatest(ranks, isOther ? rank : 0);
  if (other > 0) {
    throw new UserError(
      `Process ${other} of mpirun has other settings or data than process 0: ` +
        "every machine needs the same checkout, data and run folder",
    );
  }
}
