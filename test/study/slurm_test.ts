import { assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import { smallData } from "./small_data.ts";
import { kill, missing, SlurmCluster, type Task } from "./slurm_cluster.ts";
import { temporaryFolder } from "../temporary_folder.ts";
import { pause, text } from "../torture/studies.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

const name =
  "a study in Slurm's job arrays survives a node, a cancelled task and its own command's death, " +
  "and ends as on one machine";
const lacking = missing.length > 0;

Deno.test({
  name: lacking ? `${name} (needs ${missing[0]}: apt-get install slurm-wlm munge)` : name,
  ignore: lacking,
  async fn() {
    await using cluster = await SlurmCluster.start(2);
    using parent = temporaryFolder();
    using started = new DisposableStack();
    const data = smallData(parent.path);
    const folder = `${parent.path}/a study`;

    /** Starts `sweep` with these arguments. */
    const sweep = (...args: string[]) => {
      const child = new Deno.Command(Deno.execPath(), {
        args: [
          ...["run", "-q", "-P=sweep", "--import-map=.wick/import_map.json", "tasks/sweep.ts"],
          ...args,
        ],
        cwd: root,
        env: { ...cluster.env, NO_COLOR: "1", INIT_CWD: root },
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      const output = child.output();
      let isOver = false;
      output.then(() => isOver = true);
      started.defer(() => isOver || child.kill("SIGKILL"));
      return { child, output };
    };
    const said = async ({ output }: ReturnType<typeof sweep>) => {
      const { code, stdout, stderr } = await output;
      return { code, out: text(stdout), error: text(stderr) };
    };
    const study = (name: string, ...more: string[]) =>
      sweep(
        ...["--tpe", "16", "--round", "8", "--pruner", "median", "--model", "nonlinear"],
        ...["lr=log:1e-3..1", "hidden=16..64", "--epochs", "30", "-b", "1", "--threads", "1"],
        ...["--checkpoint-every", "500", "--data", data, "--output-dir", parent.path],
        ...["--study", name, ...more],
      );
    const slurm = ["--launcher", "slurm", "--cpus", "1", "--mem", "100"];
    const submitted = () => study("a study", ...slurm, "--partition", "debug", "--time", "0:30:00");
    /** Stops so many other tasks in the middle of their training; returns them. */
    const hold = async (count: number, ...others: Task[]) => {
      const held: Task[] = [];
      while (held.length < count) {
        for (const task of await cluster.tasks()) {
          const isOther = [...held, ...others].some(({ name, index }) =>
            name === task.name && index === task.index
          );
          if (isOther || !/: epoch 1\n/.test(log(folder, task))) continue;
          for (const pid of task.processes) kill(pid, "SIGSTOP");
          if (task.processes.length > 0 && !/: \w+\n$/.test(log(folder, task))) held.push(task);
          else for (const pid of task.processes) kill(pid, "SIGCONT");
        }
        await pause(20);
      }
      return held;
    };
    const tasksOf = (folder: string) => {
      const arrays = [...Deno.readDirSync(`${folder}/slurm`)].flatMap(({ name }) =>
        /^array-(\d+)\.json$/.exec(name)?.[1] ?? []
      );
      return arrays.sort().map((array) =>
        JSON.parse(Deno.readTextFileSync(`${folder}/slurm/array-${array}.json`)).jobs as Job[]
      );
    };

    // What Slurm would not take is told before anything is written.
    const refused: [args: string[], code: number, sentence: RegExp][] = [
      [
        ["--partition", "nope"],
        1,
        /^error: Slurm takes no task with .*--partition=nope.*: invalid/,
      ],
      [["--time", "soon"], 2, /^error: --time soon is no time of Slurm's: give /],
      [["--time", "2:00:00"], 1, /^error: --time 2:00:00 is more than the partition debug gives: /],
    ];
    const refusals = refused.map(([args]) => said(study("refused", ...slurm, ...args)));
    for (const [i, refusal] of refusals.entries()) {
      const { code, error } = await refusal;
      assertEquals(code, refused[i][1]);
      assertMatch(error, refused[i][2]);
      assertEquals(error.split("\n").length, 2);
    }
    assertEquals([...Deno.readDirSync(parent.path)].map(({ name }) => name), ["small.csv"]);

    const first = submitted();
    const [lost, cancelled] = await hold(2);
    const status = await said(sweep("status", folder));
    assertEquals(status.code, 0, status.error);
    assertMatch(status.out, /: 8 trials, 8 open\n/);
    assertEquals(status.out.match(/ RUNNING /g)?.length, 2, status.out);
    first.child.kill("SIGKILL");
    await first.output;
    await cluster.killNode(lost.node);
    await cluster.run("scancel", cancelled.task);
    const second = said(submitted());
    const restarted = cluster.restartNode(lost.node);
    const local = said(study("local", "--jobs", "1"));
    const [timedOut] = await hold(1, lost, cancelled);
    for (const signal of ["SIGTERM", "SIGCONT"] as const) kill(timedOut.processes[0], signal);
    await restarted;

    const [{ code, out, error }, alone] = await Promise.all([second, local]);
    assertEquals([code, error], [0, ""], out);
    const end = (output: string) => output.split("\n\n").slice(1).join("\n");
    assertEquals(end(out).replaceAll("a study", "local"), end(alone.out));
    assertMatch(end(out), /\nstudy sha256 [0-9a-f]{64}\n/);
    assertMatch(log(folder, lost), /^on n. restart 0\n.*: epoch 1\n[^]*on n. restart 1\n/);
    assertMatch(log(folder, timedOut), /: stopped\n[^]*on n. restart 1\n/);
    assertMatch(log(folder, cancelled), /: stopped\n$/);
    const jobs = tasksOf(folder).map((jobs) => jobs.map(({ folder }) => folder));
    const twice = tasksOf(folder)[0][cancelled.index].folder;
    assertEquals(jobs.flat().sort(), [...new Set(jobs.flat()), twice].sort());
    assertEquals(jobs.flat().length, 17);

    // Control-C leaves the tasks; the same command finds them, and ends where they are cancelled.
    const long = () =>
      sweep(
        ...["--model", "linear", "--lr", "0.1", "--epochs", "100000", "--data", data],
        ...["--output-dir", parent.path, "--study", "long", ...slurm],
      );
    const interrupted = long();
    while ((await cluster.tasks()).length === 0) await pause(100);
    interrupted.child.kill("SIGINT");
    const interruption = await said(interrupted);
    assertEquals(interruption.code, 130);
    assertMatch(
      interruption.out,
      /\nstopped by SIGINT: its tasks go on; to end them: .* sweep cancel \S+long; to go on: .* sweep /,
    );
    const again = long();
    while ([...Deno.readDirSync(`${parent.path}/long/.processes`)].length === 0) await pause(50);
    const cancellation = await said(sweep("cancel", `${parent.path}/long`));
    assertMatch(cancellation.out, /^1 task cancelled: /);
    const ended = await said(again);
    assertEquals(ended.code, 130);
    assertMatch(ended.out, /\nits tasks were cancelled; to go on: /);
    while ((await cluster.tasks()).length > 0) await pause(100);
  },
});

interface Job {
  readonly folder: string;
}

/** What a task has written. */
function log(study: string, { name, index }: { name: string; index: number }): string {
  const array = name.split(".").at(-1);
  try {
    return Deno.readTextFileSync(`${study}/slurm/array-${array}-${index}.log`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
