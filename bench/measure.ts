import { type Cell, operations } from "./cells.ts";
import type { Peer } from "./peers.ts";
import type { Measured, Process } from "./report.ts";
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

/** Building, compiling and warming up come on top of it. */
const WARM_UP = 180;

/** Times every peer at every cell, a round of all peers after another, so that a slow minute of the machine hits all. */
export async function measure(
  peers: readonly Peer[],
  cells: readonly Cell[],
  effort: Effort,
): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const threads of new Set(cells.map((cell) => cell.threads))) {
    const workers = new Map<string, Worker>();
    for (const peer of peers) {
      const worker = new Worker(peer, threads, effort.data);
      await worker.ready();
      workers.set(peer.name, worker);
    }
    for (const cell of cells) {
      if (cell.threads === threads) measured.push(...await measureCell(workers, cell, effort));
    }
    for (const worker of workers.values()) await worker.stop();
  }
  return measured;
}

async function measureCell(
  workers: ReadonlyMap<string, Worker>,
  cell: Cell,
  { rounds, seconds, peak }: Effort,
): Promise<Measured[]> {
  const { run, model, batch, threads } = cell;
  const rates = new Map<string, number[]>([...workers.keys()].map((name) => [name, []]));
  const errors = new Map<string, string>();
  for (let round = 0; round < rounds; round++) {
    for (const [name, worker] of workers) {
      if (errors.has(name)) continue;
      const patience = round === 0 ? WARM_UP : PATIENCE;
      const answer = await worker.ask({ run, model, batch, seconds }, patience);
      if (answer.error !== undefined) errors.set(name, answer.error);
      else rates.get(name)?.push(answer.images / answer.seconds);
    }
  }
  const measured: Measured[] = [];
  for (const [peer, values] of rates) {
    const error = errors.get(peer);
    if (error !== undefined) {
      measured.push({ ...cell, peer, error });
      continue;
    }
    const imagesPerSecond = spread(values);
    const limit = peak?.[threads - 1];
    const work = imagesPerSecond.median * operations(run, model) / 1e9;
    const peakShare = limit === undefined ? undefined : work / limit;
    const correct = run === "train"
      ? (await workers.get(peer)?.ask({ run: "correct", model }, PATIENCE))?.correct
      : undefined;
    measured.push({ ...cell, peer, imagesPerSecond, peakShare, correct });
    const rate = Math.round(imagesPerSecond.median);
    console.log(`${run} ${model}, batch ${batch}, ${threads} threads: ${peer} ${rate} images/s`);
  }
  return measured;
}

/** Start-up time and memory of a fresh process of each peer. */
export async function measureProcesses(
  peers: readonly Peer[],
  { data }: Effort,
): Promise<Process[]> {
  const processes: Process[] = [];
  for (const peer of peers) {
    const start = performance.now();
    const worker = new Worker(peer, 2, data);
    await worker.ready();
    const first = await worker.ask({ run: "first-step", model: "cnn", batch: 32 }, WARM_UP);
    const firstStep = first.error ? undefined : (performance.now() - start) / 1000;
    await worker.ask({ run: "train", model: "cnn", batch: 32, seconds: 2 }, WARM_UP);
    processes.push({ peer: peer.name, firstStep, peakMemory: worker.peakMemory() });
    await worker.stop();
  }
  return processes;
}

/** The version each peer reports, and the peers that do not start. */
export async function greet(
  peers: readonly Peer[],
  data: string,
): Promise<Map<string, { version?: string; error?: string }>> {
  const greetings = new Map<string, { version?: string; error?: string }>();
  for (const peer of peers) {
    const worker = new Worker(peer, 1, data);
    const { version, error } = await worker.ready();
    greetings.set(peer.name, { version, error });
    await worker.stop();
  }
  return greetings;
}
