import { systemFile } from "./machine.ts";
import { pause } from "./pause.ts";
import { exists, type Peer } from "./peers.ts";

/** A piece of work: `train` and `infer` for `seconds`, `evaluate` whole passes until then. */
export interface Command {
  readonly run:
    | "train"
    | "evaluate"
    | "infer"
    | "first-step"
    | "correct"
    | "forward"
    | "gradients";
  /** A model of `models.json` or `zoo.json`; an operation of `operations.json` where `run` is one of the last two. */
  readonly model: string;
  readonly batch?: number;
  readonly seconds?: number;
}

/** What a worker says: figures, or why it has no figures. */
export interface Answer {
  readonly images: number;
  readonly seconds: number;
  readonly correct?: number;
  readonly version?: string;
  readonly error?: string;
}

const taskset = exists("/usr/bin/taskset");

/** A peer's process: one JSON line in, one out. From its greeting on it stands still unless it has been asked. */
export class Worker {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamDefaultReader<string>;
  readonly #complaint: Promise<string>;
  #rest = "";
  #dead: string | undefined;
  #resume = () => {};

  /** Starts a process; ask `ready` before anything else. One thread is also one processor, where the system has taskset. */
  constructor(peer: Peer, threads: number, data: string) {
    const pinned = threads === 1 && taskset ? ["/usr/bin/taskset", "-c", "0"] : [];
    const [program, ...args] = [...pinned, ...peer.command];
    this.#process = new Deno.Command(program, {
      args: [...args, "--threads", `${threads}`, "--data", data],
      env: peer.env?.(threads),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#output = this.#process.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.#complaint = lastLine(this.#process.stderr);
  }

  /** Its greeting, with its version; `error` where it did not start. */
  ready(): Promise<Answer> {
    return this.#turn(120);
  }

  /** Its answer; `error` where it has not answered after `patience` seconds, and from then on. */
  async ask(command: Command, patience: number): Promise<Answer> {
    if (this.#dead !== undefined) return failed(this.#dead);
    this.#resume();
    try {
      await this.#input.write(new TextEncoder().encode(`${JSON.stringify(command)}\n`));
    } catch {
      return failed(this.#dead = await this.#ending());
    }
    return await this.#turn(patience);
  }

  /** Whether it may still have an answer. */
  get isAlive(): boolean {
    return this.#dead === undefined;
  }

  /** The memory that it holds now and the most it has held so far, in MiB, where the system tells. */
  async memory(): Promise<{ now?: number; peak?: number }> {
    const status = await systemFile(`/proc/${this.#process.pid}/status`);
    const mebibytes = (name: string) => {
      const found = new RegExp(`${name}:\\s+(\\d+) kB`).exec(status);
      return found ? Math.round(Number(found[1]) / 1024) : undefined;
    };
    return { now: mebibytes("VmRSS"), peak: mebibytes("VmHWM") };
  }

  /** Ends the process. */
  async stop(): Promise<void> {
    this.#resume();
    await this.#input.close().catch(() => {});
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), 2000);
    await this.#output.cancel().catch(() => {});
    await this.#process.status;
    clearTimeout(timer);
  }

  /** The next answer, after which the process stands still. */
  async #turn(patience: number): Promise<Answer> {
    const answer = await this.#next(patience);
    if (this.#dead === undefined) this.#resume = await pause(this.#process.pid);
    return answer;
  }

  async #ending(): Promise<string> {
    const complaint = await this.#complaint;
    return `the process ended${complaint === "" ? "" : `: ${complaint}`}`;
  }

  async #next(patience: number): Promise<Answer> {
    const timer = setTimeout(() => {
      this.#dead = `no answer within ${patience} s`;
      this.#process.kill("SIGKILL");
    }, patience * 1000);
    try {
      for (;;) {
        const end = this.#rest.indexOf("\n");
        if (end >= 0) {
          const line = this.#rest.slice(0, end);
          this.#rest = this.#rest.slice(end + 1);
          if (line.startsWith("{")) return JSON.parse(line);
          continue;
        }
        const { value, done } = await this.#output.read();
        if (done) return failed(this.#dead ??= await this.#ending());
        this.#rest += value;
      }
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The last line with something on it: where most programs say what went wrong. */
async function lastLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  let tail = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    tail = (tail + text).slice(-2000);
  }
  return tail.trim().split("\n").at(-1)?.slice(0, 200) ?? "";
}

const failed = (error: string): Answer => ({ images: 0, seconds: 0, error });
