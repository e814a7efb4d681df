import { temporaryFolder } from "../temporary_folder.ts";
import { pause, text } from "../torture/studies.ts";

const daemons = ["munged", "slurmctld", "slurmd", "sbatch"] as const;

/** Where Debian has the daemons, which are not on everybody's path. */
const path = `${Deno.env.get("PATH")}:/usr/sbin:/sbin`;

/** What of Slurm is missing on this machine. */
export const missing: string[] = daemons.filter((name) =>
  !path.split(":").some((folder) => {
    try {
      return Deno.statSync(`${folder}/${name}`).isFile;
    } catch {
      return false;
    }
  })
);

/** A task of a job array. */
export interface Task {
  /** As Slurm's commands take it: `12_3`. */
  readonly task: string;
  readonly node: string;
  /** The array's name. */
  readonly name: string;
  readonly index: number;
  /** Slurm's process that runs it, and what that started; none where it waits. */
  readonly daemon?: number;
  readonly processes: readonly number[];
}

/**
 * Slurm of its own with virtual nodes n1, n2, ... on this machine, as whoever runs the test, without
 * systemd. It ends with its scope.
 */
export class SlurmCluster implements AsyncDisposable {
  readonly #folder = temporaryFolder();

  private constructor(readonly nodes: number) {}

  /** Starts it, and waits until its nodes are idle. */
  static async start(nodes: number): Promise<SlurmCluster> {
    const cluster = new SlurmCluster(nodes);
    try {
      await cluster.#start();
      return cluster;
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** What commands of Slurm's need to find it. */
  get env(): Record<string, string> {
    return { SLURM_CONF: `${this.#folder.path}/slurm.conf`, PATH: path };
  }

  /** Runs a command and returns what it prints; throws with what it says where it fails. */
  async run(name: string, ...args: string[]): Promise<string> {
    const output = await new Deno.Command(name, { args, env: this.env }).output();
    if (!output.success) throw new Error(`${name} ${args.join(" ")}: ${text(output.stderr)}`);
    return text(output.stdout).trim();
  }

  /** The tasks that are not over, with their processes. */
  async tasks(): Promise<Task[]> {
    const lines = await this.run("squeue", "-h", "-r", "-o", "%i|%A|%T|%N|%j|%K");
    const { stdout } = await new Deno.Command("ps", { args: ["-eo", "pid=,ppid=,args="] }).output();
    const all = text(stdout).split("\n").map((line) => line.trim().split(/\s+/));
    return lines.split("\n").filter(Boolean).map((line) => {
      const [task, job, state, node, name, index] = line.split("|");
      const [step] = all.find(([, , name, of]) =>
        name === "slurmstepd:" && of === `[${job}.batch]`
      ) ??
        [];
      const pids = new Set(state === "RUNNING" && step !== undefined ? [step] : []);
      for (let before = 0; before < pids.size;) {
        before = pids.size;
        for (const [pid, parent] of all) if (pids.has(parent)) pids.add(pid);
      }
      const [daemon, ...processes] = [...pids].map(Number);
      return { task, node, name, index: Number(index), daemon, processes };
    });
  }

  /** Kills a node as a loss of power does: its daemon, and all that it started. */
  async killNode(node: string): Promise<void> {
    const daemon = Deno.readTextFileSync(`${this.#folder.path}/run/slurmd-${node}.pid`);
    const tasks = (await this.tasks()).filter((task) => task.node === node);
    kill(Number(daemon), "SIGKILL");
    for (const task of tasks) killTask(task);
  }

  /** Waits until Slurm has noticed that a node is gone, and starts it anew. */
  async restartNode(node: string): Promise<void> {
    while (!/^down/.test(await this.run("sinfo", "-h", "-n", node, "-o", "%t"))) await pause(200);
    await this.startNode(node);
  }

  /** Starts the daemon of a node. */
  async startNode(node: string): Promise<void> {
    await this.run("slurmd", "-N", node);
  }

  async #start(): Promise<void> {
    const folder = this.#folder.path;
    for (const name of ["state", "log", "munge", "run"]) Deno.mkdirSync(`${folder}/${name}`);
    Deno.chmodSync(folder, 0o755);
    Deno.chmodSync(`${folder}/munge`, 0o700);
    Deno.chmodSync(`${folder}/run`, 0o755);
    const key = `${folder}/munge/key`;
    Deno.writeFileSync(key, crypto.getRandomValues(new Uint8Array(1024)), { mode: 0o400 });
    const user = await this.run("id", "-un");
    const host = await this.run("hostname", "-s");
    Deno.writeTextFileSync(`${folder}/slurm.conf`, this.#configuration(user, host));
    // Slurm looks for control groups even where no plugin needs them, which containers may lack; the
    // plugin for version 1 does so late, and "disabled" is known since 23.02.
    const [major] = (await this.run("slurmd", "-V")).match(/\d+/) ?? [];
    const plugin = Number(major) < 23 ? "cgroup/v1" : "disabled";
    Deno.writeTextFileSync(`${folder}/cgroup.conf`, `CgroupPlugin=${plugin}\n`);
    await this.run(
      "munged",
      ...["--force", `--key-file=${key}`, `--socket=${folder}/run/munge.socket`],
      ...[`--pid-file=${folder}/run/munged.pid`, `--log-file=${folder}/log/munged.log`],
      `--seed-file=${folder}/munge/seed`,
    );
    await this.run("slurmctld");
    for (let i = 1; i <= this.nodes; i++) await this.startNode(`n${i}`);
    for (let wait = 0; wait < 300; wait++) {
      const states = await this.run("sinfo", "-h", "-o", "%t%D").catch(() => "");
      if (states === `idle${this.nodes}`) return;
      await pause(100);
    }
    throw new Error(`Slurm's nodes are not idle: ${await this.run("sinfo")}`);
  }

  #configuration(user: string, host: string): string {
    const folder = this.#folder.path;
    const [controller, ...ports] = freePorts(1 + this.nodes);
    const nodes = ports.map((port, i) =>
      `NodeName=n${
        i + 1
      } NodeHostname=${host} NodeAddr=127.0.0.1 Port=${port} CPUs=1 RealMemory=500`
    );
    return `ClusterName=wick
SlurmctldHost=${host}(127.0.0.1)
SlurmctldPort=${controller}
SlurmUser=${user}
SlurmdUser=${user}
AuthType=auth/munge
CredType=cred/munge
# A task that is queued again may begin as soon as its last permit has expired.
AuthInfo=socket=${folder}/run/munge.socket,cred_expire=5
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool-%n
SlurmctldPidFile=${folder}/run/slurmctld.pid
SlurmdPidFile=${folder}/run/slurmd-%n.pid
SlurmctldLogFile=${folder}/log/slurmctld.log
SlurmdLogFile=${folder}/log/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=1
MpiDefault=none
ReturnToService=2
SlurmdTimeout=6
MessageTimeout=5
TCPTimeout=1
KillWait=5
MailProg=/bin/true
${nodes.join("\n")}
PartitionName=debug Nodes=ALL Default=YES MaxTime=60 State=UP
`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Where a test failed there may be tasks that it has stopped, which hear no other signal.
    for (const task of await this.tasks().catch(() => [])) killTask(task);
    const folder = this.#folder.path;
    const pids = [...Deno.readDirSync(`${folder}/run`)].filter(({ name }) => name.endsWith(".pid"))
      .map(({ name }) => Number(Deno.readTextFileSync(`${folder}/run/${name}`)));
    for (const pid of pids) kill(pid, "SIGTERM");
    for (let wait = 0; wait < 100 && pids.some(isAlive); wait++) await pause(100);
    for (const pid of pids) kill(pid, "SIGKILL");
    this.#folder[Symbol.dispose]();
  }
}

function killTask({ daemon, processes }: Task): void {
  for (const pid of [daemon ?? [], processes].flat()) kill(pid, "SIGKILL");
}

/** Ports that nobody listens on. */
function freePorts(count: number): number[] {
  const listeners = Array.from(
    { length: count },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  const ports = listeners.map(({ addr }) => (addr as Deno.NetAddr).port);
  for (const listener of listeners) listener.close();
  return ports;
}

/** Sends a signal to a process, if it is still there. */
export function kill(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    Deno.statSync(`/proc/${pid}`);
    return true;
  } catch {
    return false;
  }
}
