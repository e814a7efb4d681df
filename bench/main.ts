import { z } from "zod";
import { Command } from "../src/cli/mod.ts";
import { runTask } from "../src/errors.ts";
import { program } from "../src/program.ts";
import { fromUser } from "../src/user_folder.ts";
import { mainOf } from "../tasks/main.ts";
import { cells } from "./cells.ts";
import { beginning, listOf, numbersOf } from "./choice.ts";
import { writeData } from "./data.ts";
import { install } from "./install.ts";
import { commit, machine, peak, usualPeak } from "./machine.ts";
import { measure, measureMemory, measureProcesses } from "./measure.ts";
import { resumeAtExit } from "./pause.ts";
import { modelNames, zooNames } from "./models.ts";
import { missing, type Peer, peers, root } from "./peers.ts";
import type { Report } from "./report.ts";
import { ResultsFile } from "./results_file.ts";
import { tables } from "./table.ts";

const RUNS = ["train", "evaluate", "infer", "memory"] as const;

const list = (text: string) => z.string().min(1).meta({ placeholder: "LIST" }).describe(text);

const command = new Command(
  z.strictObject({
    install: z.boolean().optional()
      .describe("install the peers under .wick/peers (about 10 GB), then stop"),
    peers: list("only these, by the beginning of their names, as in wick,PyTorch").optional(),
    runs: list(`of ${RUNS.join(", ")}; memory is that of networks of the zoo in training`)
      .default("train,evaluate,infer"),
    models: list(`of ${[...modelNames, ...zooNames].join(", ")}; zoo is all from ${zooNames[0]} on`)
      .default(modelNames.join()),
    batches: list("sizes of training's batches").default("32,256"),
    threads: list("numbers of threads").default("1,2"),
    seconds: z.number().gt(0).describe("how long a measurement lasts").default(2),
    rounds: z.int().min(1).describe("measurements of each").default(5),
    output: z.string().min(1).optional().describe("where to [bench/results.json]"),
  }),
  { usage: `${program} bench [flags]\n\nTimes wick and its peers, interleaved, on this machine.` },
);

type BenchFlags = Partial<z.output<typeof command.schema>>;

async function bench(given: BenchFlags): Promise<void> {
  const flags = command.schema.parse(given);
  resumeAtExit();
  const models = listOf("models", flags.models, [...modelNames, ...zooNames, "zoo"])
    .flatMap((name) => name === "zoo" ? zooNames : name);
  const batches = numbersOf("batches", flags.batches);
  const threads = numbersOf("threads", flags.threads);
  const wanted = listOf("runs", flags.runs, RUNS);
  const runs = wanted.filter((run) => run !== "memory");
  const { seconds, rounds } = flags;
  const { folder, source } = await writeData();
  const skipped: Report["skipped"][number][] = [];
  const versions: Record<string, string> = {};
  const able: Peer[] = [];
  const limits = await peak();
  const isZooAlone = models.every((name) => zooNames.includes(name));
  for (const peer of beginning(flags.peers, peers)) {
    if (isZooAlone && !peer.zoo) continue;
    const reason = missing(peer, limits);
    if (reason === undefined) able.push(peer);
    else skipped.push({ peer: peer.name, reason });
  }
  const effort = { seconds, rounds, data: folder, peak: usualPeak(limits) };
  const file = new ResultsFile(flags.output ? fromUser(flags.output) : `${root}bench/results.json`);
  globalThis.addEventListener("unload", () => console.log(file.place));
  const processes = await measureProcesses(able, effort);
  for (const { peer, version, error } of processes) {
    if (version !== undefined) versions[peer] = version;
    else skipped.push({ peer, reason: error ?? "it does not start" });
  }
  for (const { peer, reason } of skipped) console.log(`Skipped ${peer}: ${reason}`);
  const running = able.filter(({ name }) => name in versions);
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
    memory: wanted.includes("memory")
      ? await measureMemory(running, {
        models: models.filter((name) => zooNames.includes(name)),
        batches,
        threads,
      }, effort)
      : [],
    cells: [],
    skipped,
  };
  // After every cell: who stops a run of hours has what it measured.
  const keep = (cells: Report["cells"]) => file.keep({ ...report, cells });
  const measured = await measure(running, cells({ runs, models, batches, threads }), effort, keep);
  file.complete({ ...report, cells: measured });
  console.log(`\n${tables({ ...report, cells: measured })}`);
}

const main = mainOf(
  command,
  ({ install: installing, ...flags }) => installing ? install() : bench(flags),
);

if (import.meta.main) await runTask(main);
