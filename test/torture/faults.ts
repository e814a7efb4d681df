import { UserError } from "../../src/errors.ts";
import { Run } from "../../src/run/run.ts";
import { type Fault, faults, FaultyFiles } from "../storage/faulty_files.ts";
import { config, environment, trainTo } from "../train/fixtures.ts";
import { readableCheckpoints } from "./run_files.ts";

/**
 * Makes file operations of a run fail, one a run: each `every`-th of all that there are, with each
 * fault. Throws unless the run ends well or with a clear error, keeps readable checkpoints, and goes
 * on to the same weights when the fault is over.
 */
export async function injectFaults(every: number): Promise<{ faults: number; errors: number }> {
  const parent = Deno.makeTempDirSync({ prefix: "wick-faults-" });
  try {
    const counting = new FaultyFiles("EIO");
    const expected = await weightsOf(parent, counting);
    let [injected, errors] = [0, 0];
    for (const fault of faults) {
      for (let failing = injected % every; failing < counting.operations.length; failing += every) {
        if (await fails(parent, fault, failing, expected)) errors++;
        injected++;
      }
    }
    return { faults: injected, errors };
  } finally {
    Deno.removeSync(parent, { recursive: true });
  }
}

async function weightsOf(parent: string, files: FaultyFiles): Promise<string> {
  using run = Run.create(config(), environment, parent, { files });
  await trainTo(run, Infinity, "3");
  return digest(run.folder);
}

function digest(folder: string): string {
  return Deno.readFileSync(`${folder}/checkpoints/last.safetensors`).join();
}

/** One run with one fault; whether that ended it. */
async function fails(
  parent: string,
  fault: Fault,
  failing: number,
  expected: string,
): Promise<boolean> {
  const where = `${fault} at operation ${failing}`;
  const files = new FaultyFiles(fault, failing);
  let run: Run | undefined;
  let failed = false;
  try {
    try {
      run = Run.create(config(), environment, parent, { files });
      await trainTo(run, Infinity, "3");
    } catch (error) {
      failed = true;
      if (!(error instanceof UserError)) throw error;
      const clear = /^Cannot .*(os error|Interrupted)/.test(error.message);
      if (!clear) throw new Error(`${where}: ${error.message}`);
    }
    if (failed && (fault === "EINTR" || fault === "short write")) {
      throw new Error(`${where} is no reason to stop`);
    }
    if (run === undefined) return failed; // not even made: nothing is left of it
    readableCheckpoints(run.folder);
    await trainTo(run); // the fault is over
    if (digest(run.folder) !== expected) throw new Error(`${where}: other weights`);
    return failed;
  } finally {
    run?.[Symbol.dispose]();
    if (run !== undefined) Deno.removeSync(run.folder, { recursive: true });
  }
}
