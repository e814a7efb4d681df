import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { z } from "zod";
import { Command } from "../src/cli/mod.ts";
import { runTask } from "../src/errors.ts";
import { mainOf } from "./main.ts";
import { buildForCuda, libraries, library } from "./test_cuda/stand_in.ts";

const command = new Command(z.strictObject({}), {
  usage: `deno task test:cuda

Builds the library for CUDA where there is no CUDA, with a stand-in for NVIDIA's compiler, and sees
that it trains on the CPU and says that there is no device. Nothing is computed with CUDA.`,
});

/** Trains the linear model for an epoch with a library. */
async function train(env: Record<string, string>, ...flags: string[]) {
  const output = await Deno.makeTempDir({ dir: "native/target/cuda", prefix: "runs-" });
  const data = ["--data", "synthetic", "--train-size", "500", "--epochs", "1"];
  const model = ["--model", "linear", ...data, "--output-dir", output, ...flags];
  const deno = ["run", "-q", "-A", "--import-map=.wick/import_map.json", "tasks/train.ts"];
  try {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...deno, ...model],
      env: { NO_COLOR: "1", ...env },
      stdin: "null",
    }).output();
    const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    return { code, error, weights: /^weights sha256 (\w{64})$/m.exec(out)?.[1] };
  } finally {
    await Deno.remove(output, { recursive: true });
  }
}

const main = mainOf(command, async () => {
  await buildForCuda();
  const forCuda = {
    WICK_LIBRARY: `${Deno.cwd()}/${library}`,
    // The linker saw that the empty libraries are needed for nothing, and names none of them.
    LD_PRELOAD: `${Deno.cwd()}/${libraries}/libcuda.so`,
  };
  const [usual, onCpu] = [await train({}), await train(forCuda)];
  assertEquals(onCpu.error, "");
  assertEquals(onCpu.weights, usual.weights, "the weights differ from those of the usual library");
  assertNotEquals(onCpu.weights, undefined);
  console.log("the library for CUDA trains on the CPU to the same bits");
  const onCuda = await train(forCuda, "--device", "cuda");
  assertMatch(onCuda.error, /^error: No CUDA device can be used \(.*NO_DEVICE.*\): .*\n$/);
  assertEquals(onCuda.code, 1);
  console.log(`and says of a device: ${onCuda.error.trim()}`);
});

if (import.meta.main) await runTask(main);
