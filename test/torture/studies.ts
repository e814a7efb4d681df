import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { Random } from "../../src/tensor/random.ts";
import { smallData } from "../study/small_data.ts";
import { temporaryFolder } from "../temporary_folder.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Starts a small study in a process of its own. */
export function startStudy(
  folder: string,
  data: string,
  name: string,
  epochs = 27,
  ...more: string[]
): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-q", "-P=sweep", "--import-map=.wick/import_map.json", "tasks/sweep.ts"],
      ...["--tpe", "12", "--round", "4", "--pruner", "asha", "--model", "nonlinear", "--jobs", "2"],
      ...["lr=log:1e-3..1", "hidden=16..64", "--epochs", `${epochs}`, "-b", "1", "--seeds", "2"],
      ...["--checkpoint-every", "100", "--data", data, "--output-dir", folder, "--study", name],
      ...more,
    ],
    cwd: root,
    env: { NO_COLOR: "1", INIT_CWD: root },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** A process's output as text. */
export const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Waits a while. */
export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The processes that this one started and that live. */
async function childrenOf(pid: number): Promise<number[]> {
  const args = ["-o", "pid=", "--ppid", `${pid}`];
  const { stdout } = await new Deno.Command("ps", { args }).output();
  return text(stdout).split("\n").filter((line) => line.trim() !== "").map(Number);
}

/**
 * Kills studies at random moments, every third time one of its workers first, until there were so many
 * kills: each ends with the table and the digest of one that was left alone.
 */
export async function killStudies(kills: number, each: number): Promise<{ kills: number }> {
  using parent = temporaryFolder();
  const data = smallData(parent.path);
  const alone = await startStudy(parent.path, data, "alone").output();
  assertEquals([alone.code, text(alone.stderr)], [0, ""]);
  const waits = new Random(1, "kills").uniforms(kills);
  for (let first = 0; first < kills; first += each) {
    const name = `killed-${first}`;
    for (const [i, wait] of waits.subarray(first, first + each).entries()) {
      await killOnce(startStudy(parent.path, data, name), 1000 + 2000 * wait, i % 3 === 2);
    }
    const { code, stdout, stderr } = await startStudy(parent.path, data, name).output();
    assertEquals([code, text(stderr)], [0, ""]);
    const end = (output: Uint8Array) => text(output).split("\n\n").slice(1).join("\n");
    assertEquals(end(stdout).replaceAll(name, "alone"), end(alone.stdout));
  }
  return { kills };
}

async function killOnce(study: Deno.ChildProcess, wait: number, workerToo: boolean) {
  const ended = study.output();
  await Promise.race([ended, pause(wait)]);
  const [worker] = workerToo ? await childrenOf(study.pid) : [];
  try {
    if (worker !== undefined) Deno.kill(worker, "SIGKILL");
    if (worker !== undefined) await pause(500);
    study.kill("SIGKILL");
  } catch (error) {
    const isOver = error instanceof TypeError || error instanceof Deno.errors.NotFound;
    if (!isOver) throw error;
  }
  await ended;
}
