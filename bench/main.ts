import { parseArgs } from "@std/cli/parse-args";
import { runTask, UsageError } from "../src/errors.ts";
import { cells, MODELS } from "./cells.ts";
import { writeData } from "./data.ts";
import { install } from "./install.ts";
import { commit, machine, peak, usualPeak } from "./machine.ts";
import { measure, measureProcesses } from "./measure.ts";
import { resumeAtExit } from "./pause.ts";
import { missing, type Peer, peers, root } from "./peers.ts";
import type { Report } from "./report.ts";
import { tables } from "./table.ts";

const RUNS = ["train", "evaluate", "infer"] as const;

const help = `Time wick and its peers, interleaved, on this machine.

Usage: deno task bench [flags]

  --install          install the peers under .wick/peers (about 10 GB), then stop
  --peers A,B        only these, by the beginning of their names (default: all that are installed)
  --runs LIST        of ${RUNS.join(", ")} (default: all)
  --models LIST      of ${MODELS.join(", ")} (default: all)
  --batches LIST     of training (default: 32,256)
  --threads LIST     default: 1,2
  --seconds N        a measurement lasts (default: 2)
  --rounds N         measurements of each (default: 5)
  --output FILE      default: bench/results.json
  --help             show this`;

const known = ["peers", "runs", "models", "batches", "threads", "seconds", "rounds", "output"];

/** The flags by name, each as text. */
function readFlags(): Record<string, string | boolean | undefined> {
  return parseArgs(Deno.args, {
    string: known,
    boolean: ["install", "help"],
    unknown: (flag: string) => {
      throw new UsageError(`Unknown argument ${flag}: see deno task bench --help`);
    },
  });
}

function listOf<T extends string>(name: string, text: string | undefined, all: readonly T[]): T[] {
  const wanted = text?.split(",") ?? all;
  return wanted.map((word) => {
    const found = all.find((one) => one === word);
    if (found === undefined) {
      throw new UsageError(`--${name} does not know ${word}: choose from ${all.join(", ")}`);
    }
    return found;
  });
}

function numbersOf(name: string, text: string): number[] {
  const numbers = text.split(",").map(Number);
  if (!numbers.every((value) => value > 0)) {
    throw new UsageError(`--${name} needs numbers above 0, not ${text}`);
  }
  return numbers;
}

async function bench(flags: Record<string, string | undefined>): Promise<void> {
  resumeAtExit();
  const chosen = cells({
    runs: listOf("runs", flags.runs, RUNS),
    models: listOf("models", flags.models, MODELS),
    batches: numbersOf("batches", flags.batches ?? "32,256"),
    threads: numbersOf("threads", flags.threads ?? "1,2"),
  });
  const [seconds] = numbersOf("seconds", flags.seconds ?? "2");
  const [rounds] = numbersOf("rounds", flags.rounds ?? "5");
  const prefixes = flags.peers?.split(",") ?? [""];
  const { folder, source } = await writeData();
  const skipped: Report["skipped"][number][] = [];
  const versions: Record<string, string> = {};
  const able: Peer[] = [];
  const limits = await peak();
  for (const peer of peers.filter(({ name }) => prefixes.some((start) => name.startsWith(start)))) {
    const reason = missing(peer, limits);
    if (reason === undefined) able.push(peer);
    else skipped.push({ peer: peer.name, reason });
  }
  const effort = { seconds, rounds, data: folder, peak: usualPeak(limits) };
  const processes = await measureProcesses(able, effort);
  for (const { peer, version, error } of processes) {
    if (version !== undefined) versions[peer] = version;
    else skipped.push({ peer, reason: error ?? "it does not start" });
  }
  for (const { peer, reason } of skipped) console.log(`Skipped ${peer}: ${reason}`);
  const running = able.filter(({ name }) => name in versions);
  const output = flags.output ?? `${root}bench/results.json`;
  const report: Report = {
    when: new Date().toISOString(),
    commit: await commit(),
    command: ["deno task bench", ...Deno.args].join(" "),
    machine: await machine(),
    data: source,
    seconds,
    rounds,
    versions,
    peak: limits,
    processes: processes.filter(({ peer }) => peer in versions),
    cells: [],
    skipped,
  };
  // After every cell: who stops a run of hours has what it measured.
  const write = (cells: Report["cells"]) =>
    Deno.writeTextFile(output, `${JSON.stringify({ ...report, cells }, null, 2)}\n`);
  const measured = await measure(running, chosen, effort, write);
  console.log(`\n${tables({ ...report, cells: measured })}\nWritten to ${output}`);
}

if (import.meta.main) {
  await runTask(async () => {
    const { install: installing, help: asked, ...flags } = readFlags();
    if (asked) return console.log(help);
    if (installing) return await install();
    const texts = Object.entries(flags).filter((entry): entry is [string, string] =>
      typeof entry[1] === "string"
    );
    await bench(Object.fromEntries(texts));
  });
}
