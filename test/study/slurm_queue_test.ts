import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { UserError } from "../../src/errors.ts";
import { Ledger, SlurmQueue } from "../../src/study/mod.ts";
import { temporaryFolder } from "../temporary_folder.ts";
import { pause } from "../torture/studies.ts";

/** Commands that stand in for Slurm's: each task is over at once, in this state. */
const commands = (folder: string, state: string) => ({
  sbatch: `for word in "$@"; do
    case $word in --job-name=*) echo "1|0|${state}|n1|None|\${word#--job-name=}" >> ${folder}/queue;; esac
  done`,
  squeue: `cat ${folder}/queue`,
});

interface Stage extends Disposable {
  readonly queue: SlurmQueue;
  readonly folder: string;
  /** How many arrays were submitted. */
  arrays(): number;
}

/** A queue before such commands. */
function stage(state: string): Stage {
  const stack = new DisposableStack();
  const { path: folder } = stack.use(temporaryFolder());
  for (const [name, text] of Object.entries(commands(folder, state))) {
    Deno.writeTextFileSync(`${folder}/${name}`, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }
  const path = Deno.env.get("PATH")!;
  Deno.env.set("PATH", `${folder}:${path}`);
  stack.defer(() => Deno.env.set("PATH", path));
  const ledger = stack.use(Ledger.open(folder, { journal: "delete" }));
  const times = { outcomes: 1, newJobs: 1, queue: 1 };
  const queue = new SlurmQueue({ ledger, resources: { cpus: 1 }, threads: 1, times, say() {} });
  return {
    queue,
    folder,
    arrays: () => Number(ledger.get("arrays")),
    [Symbol.dispose]: () => stack[Symbol.dispose](),
  };
}

const job = (parent: string) => ({ parent, folder: "00000-s1", configText: "{}", until: 1 });
const ignore = Deno.build.os === "windows";

Deno.test("a job whose tasks fail again and again ends the queue with where the logs are", {
  ignore,
}, async () => {
  using failing = stage("FAILED");
  await assertRejects(
    () => failing.queue.train(job(failing.folder), () => {}),
    UserError,
    "00000-s1: 3 tasks of it ended before an epoch was complete, the last one FAILED: the logs are",
  );
  assertEquals(failing.arrays(), 3);
});

Deno.test("a job whose tasks lack memory has failed", { ignore }, async () => {
  using short = stage("OUT_OF_MEMORY");
  const { state, failure } = await short.queue.train(job(short.folder), () => {});
  assertEquals(state, "failed");
  assertMatch(failure!, /more memory than it was given$/);
});

Deno.test(
  "a job whose tasks are cancelled, or lose their node, is submitted again until it is stopped",
  {
    ignore,
  },
  async () => {
    using cancelled = stage("CANCELLED");
    const outcome = cancelled.queue.train(job(cancelled.folder), () => {});
    while (!(cancelled.arrays() > 4)) await pause(5);
    cancelled.queue.stop();
    assertEquals(await outcome, { state: "stopped" });
    await cancelled.queue.cancel().catch(() => {}); // waits for the last submission
  },
);
