import { type Cell, type Choice, operations } from "./cells.ts";
import { zooNames } from "./models.ts";
import type { Peer } from "./peers.ts";
import type { Measured, Memory, Process } from "./report.ts";
import { spread } from "./spread.ts";
import { Worker } from "./worker.ts";

/** How long and how often. */
export interface Effort {
  readonly seconds: number;
  readonly rounds: number;
  readonly data: string;
  /** Multiply-add peak in GFLOP/s for 1 and 2 threads. */
  readonly peak: readonly [number, number] | undefined;
}

/** A slow peer's one piece of work may take this long, in seconds, before it is given up. */
const PATIENCE = 60;

/** A measurement that lasts this many times as long as was asked is not repeated. */
const LONG = 4;

/** How many images a peer classifies after its training, where it is fast enough. */
const TEST_IMAGES = 10_000;

/** The patience with a peer's first piece of work, in seconds: it builds, compiles and warms up. */
const WARM_UP = 180;

/**
 * Times every peer at every cell, a round of all peers after another, so that a slow minute of the machine hits all.
 * After each cell `keep` is given what has been measured so far.
 */
export async function measure(
  peers: readonly Peer[],
  cells: readonly Cell[],
  effort: Effort,
  keep: (measured: readonly Measured[]) => void = () => {},
): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const threads of new Set(cells.map((cell) => cell.threads))) {
    const able = peers.filter(({ mostThreads = threads }) => threads <= mostThreads);
    const workers = new Map<string, Worker>();
    for (const cell of cells) {
      if (cell.threads !== threads) continue;
      for (const peer of able) {
        const before = workers.get(peer.name);
        if (before?.isAlive) continue;
        await before?.stop(); // What died at one cell may be able to do another.
        const worker = new Worker(peer, threads, effort.data);
        await worker.ready();
        workers.set(peer.name, worker);
      }
      const having = able.filter(({ zoo }) => zoo || !zooNames.includes(cell.model));
      const asked = new Map(having.map(({ name }) => [name, workers.get(name)!]));
      measured.push(...await measureCell(asked, cell, effort, measured));
      keep(measured);
    }
    for (const worker of workers.values()) await worker.stop();
  }
  return measured;
}

async function measureCell(
  workers: ReadonlyMap<string, Worker>,
  cell: Cell,
  { rounds, seconds, peak }: Effort,
  before: readonly Measured[],
): Promise<Measured[]> {
  const { run, model, batch, threads } = cell;
  const rates = new Map<string, number[]>([...workers.keys()].map((name) => [name, []]));
  const errors = new Map<string, string>();
  const done = new Set<string>();
  for (const name of workers.keys()) {
    const expected = batchSeconds(name, cell, before);
    if (expected > PATIENCE) errors.set(name, `a batch would take ${Math.round(expected)} s`);
  }
  for (let round = 0; round < rounds; round++) {
    for (const [name, worker] of workers) {
      if (errors.has(name) || done.has(name)) continue;
      const patience = round === 0 ? WARM_UP : PATIENCE;
      const answer = await worker.ask({ run, model, batch, seconds }, patience);
      if (answer.error !== undefined) errors.set(name, answer.error);
      else rates.get(name)?.push(answer.images / answer.seconds);
      if (answer.seconds > LONG * seconds) done.add(name);
    }
  }
  const measured: Measured[] = [];
  for (const [peer, values] of rates) {
    const error = errors.get(peer);
    measured.push(
      error === undefined
        ? { ...cell, peer, ...await figures(cell, values, workers.get(peer), peak?.[threads - 1]) }
        : { ...cell, peer, error },
    );
    const rate = values.length > 0 ? `${Math.round(spread(values).median)} a second` : "";
    console.log(`${run} ${model}, batch ${batch}, ${threads} threads: ${peer} ${error ?? rate}`);
  }
  return measured;
}

/** How long a batch would take a peer by its best rate at other batch sizes; 0 where no rate is known. */
function batchSeconds(
  peer: string,
  { run, model, batch, threads }: Cell,
  before: readonly Measured[],
): number {
  const rates = before.filter((other) =>
    other.peer === peer && other.run === run && other.model === model && other.threads === threads
  ).flatMap(({ imagesPerSecond }) => imagesPerSecond?.median ?? []);
  return rates.length === 0 ? 0 : batch / Math.max(...rates);
}

async function figures(
  { run, model }: Cell,
  rates: readonly number[],
  worker: Worker | undefined,
  limit: number | undefined,
): Promise<Partial<Measured>> {
  const imagesPerSecond = spread(rates);
  const work = (operations: number) => imagesPerSecond.median * operations / 1e9;
  const peakShare = limit === undefined ? undefined : work(operations(run, model)) / limit;
  const canShow = run === "train" && TEST_IMAGES / imagesPerSecond.median < PATIENCE;
  const trained = canShow ? await worker?.ask({ run: "correct", model }, PATIENCE) : undefined;
  return { imagesPerSecond, peakShare, correct: trained?.correct };
}

/** A fresh process of each peer: its version, start-up time and memory; `error` where it does not start. */
export async function measureProcesses(
  peers: readonly Peer[],
  { data }: Effort,
): Promise<(Process & { version?: string; error?: string })[]> {
  const processes = [];
  for (const { name, ...peer } of peers) {
    const start = performance.now();
    const worker = new Worker({ name, ...peer }, 2, data);
    const { version, error } = await worker.ready();
    const first = await worker.ask({ run: "first-step", model: "cnn", batch: 32 }, WARM_UP);
    const firstStep = first.error ? undefined : (performance.now() - start) / 1000;
    await worker.ask({ run: "train", model: "cnn", batch: 32, seconds: 1 }, WARM_UP);
    processes.push({
      peer: name,
      version,
      error,
      firstStep,
      peakMemory: (await worker.memory()).peak,
    });
    console.log(
      `${name} ${version}: first step of the cnn after ${firstStep?.toFixed(1) ?? "-"} s`,
    );
    await worker.stop();
  }
  return processes;
}

/** Images that a process has whose memory is measured: few, so that it is the training's. */
const MEMORY_IMAGES = 4096;

/** The memory of a fresh process that only trains: of each peer, for each model and size of batch. */
export async function measureMemory(
  peers: readonly Peer[],
  { models, batches, threads }: Pick<Choice, "models" | "batches" | "threads">,
  { seconds, data }: Effort,
): Promise<Memory[]> {
  const found: Memory[] = [];
  const most = Math.max(...threads);
  for (const [model, batch] of models.flatMap((model) => batches.map((b) => [model, b] as const))) {
    for (const { name, command, ...peer } of peers.filter(({ zoo }) => zoo)) {
      const few = [...command, "--images", `${MEMORY_IMAGES}`];
      const worker = new Worker({ name, ...peer, command: few }, most, data);
      await worker.ready();
      const { now: atStart } = await worker.memory();
      const { error } = await worker.ask({ run: "train", model, batch, seconds }, WARM_UP);
      const { peak } = await worker.memory();
      found.push(
        error === undefined
          ? { peer: name, model, batch, atStart, peak }
          : { peer: name, model, batch, error },
      );
      console.log(`memory of ${model}, batch ${batch}: ${name} ${error ?? `${peak} MiB`}`);
      await worker.stop();
    }
  }
  return found;
}
