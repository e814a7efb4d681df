import { unseal } from "../../src/storage/sealed.ts";
import { readWeightsFile } from "../../src/storage/sealed.ts";
import { Random } from "../../src/tensor/mod.ts";
import { Run } from "../../src/run/run.ts";
import { config, environment, trainTo } from "../train/fixtures.ts";

/**
 * Reads every prefix of a real checkpoint (each `every`-th of them), and the whole with one random
 * bit flipped, `flips` times. Throws at the first that is not refused.
 */
export async function damage(
  every: number,
  flips: number,
  seed = 1,
): Promise<{ prefixes: number; flips: number }> {
  const file = await smallCheckpoint();
  unseal(file);
  let prefixes = 0;
  for (let length = 0; length < file.length; length += every) {
    refuse(file.subarray(0, length), `the first ${length} bytes`);
    prefixes++;
  }
  const draws = new Random(seed, "torture").bits(flips);
  for (const draw of draws) {
    const bit = draw % (file.length * 8);
    file[bit >> 3] ^= 1 << (bit & 7);
    refuse(file, `bit ${bit} flipped`);
    file[bit >> 3] ^= 1 << (bit & 7);
  }
  unseal(file);
  return { prefixes, flips };
}

function refuse(file: Uint8Array, what: string): void {
  for (const read of [unseal, readWeightsFile]) {
    try {
      read(file);
    } catch (error) {
      if (error instanceof RangeError) continue;
      throw error;
    }
    throw new Error(`${read.name}() accepts a checkpoint with ${what}`);
  }
}

async function smallCheckpoint(): Promise<Uint8Array> {
  const parent = Deno.makeTempDirSync({ prefix: "wick-damage-" });
  try {
    using run = Run.create(config({ opt: "sgd", momentum: 0 }), environment, parent);
    await trainTo(run);
    return Deno.readFileSync(`${run.folder}/checkpoints/best.safetensors`);
  } finally {
    Deno.removeSync(parent, { recursive: true });
  }
}
