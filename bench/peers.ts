import type { Report } from "./report.ts";

/** A program that speaks the protocol in README.md. */
export interface Peer {
  readonly name: string;
  /** Folder of its environment under `.wick/peers`; undefined for wick itself. */
  readonly environment: "python" | "rust" | "tfjs" | undefined;
  /** The command line, but for `--threads N --data FOLDER`. */
  readonly command: readonly string[];
  /** Environment variables that limit its threads. */
  readonly env?: (threads: number) => Record<string, string>;
  /** Programs it needs on PATH. */
  readonly needs?: string;
  /** How many threads it can use at most. */
  readonly mostThreads?: number;
  /** Whether it has the models of zoo.json. */
  readonly zoo?: true;
  /** The instruction set beside whose figures it is of use. */
  readonly beside?: "avx512";
}

/** The repository. */
export const root = new URL("..", import.meta.url).pathname;

/** Where `--install` puts every peer's environment. */
export const environments = `${root}.wick/peers`;

const here = `${root}bench/peers`;
const python = (name: string, script: string, ...rest: string[]): Peer => ({
  name,
  environment: "python",
  command: [`${environments}/python/bin/python`, `${here}/${script}`, ...rest],
  env: (threads) => ({ OMP_NUM_THREADS: `${threads}`, PYTHONDONTWRITEBYTECODE: "1" }),
});
const rust = (name: string, program: string): Peer => ({
  name,
  environment: "rust",
  command: [`${environments}/rust/${Deno.build.target}/release/${program}`],
  env: (threads) => ({ RAYON_NUM_THREADS: `${threads}` }),
});
const tfjs = (backend: string): Peer => ({
  name: `TF.js, ${backend}`,
  environment: "tfjs",
  command: [
    Deno.execPath(),
    "run",
    "-q",
    "-A",
    `--config=${here}/tfjs/deno.json`,
    `${here}/tfjs/worker.js`,
    "--variant",
    backend,
  ],
});

const wick: Peer = {
  name: "wick",
  environment: undefined,
  zoo: true,
  command: [
    Deno.execPath(),
    "run",
    "-q",
    "--allow-read",
    "--allow-ffi",
    "--allow-env",
    `--import-map=${root}.wick/import_map.json`,
    `${root}bench/wick_peer.ts`,
  ],
};

/** wick and everything it is compared with, in the order of the tables. */
export const peers: readonly Peer[] = [
  wick,
  // What it is without AVX-512, which most processors lack.
  { ...wick, name: "wick, AVX2", env: () => ({ WICK_ISA: "avx2" }), beside: "avx512" },
  { ...python("PyTorch", "pytorch_peer.py"), zoo: true },
  {
    ...python("PyTorch, channels-last", "pytorch_peer.py", "--variant", "channels-last"),
    zoo: true,
  },
  python("PyTorch, DataLoader", "pytorch_peer.py", "--variant", "loader"),
  { ...python("PyTorch, torch.compile", "pytorch_peer.py", "--variant", "compile"), zoo: true },
  python("JAX, lax.scan", "jax_peer.py"),
  python("JAX, jitted step", "jax_peer.py", "--variant", "step"),
  rust("candle", "candle-peer"),
  rust("burn", "burn-peer"),
  { ...python("tinygrad", "tinygrad_peer.py"), needs: "clang" },
  tfjs("wasm"),
  { ...tfjs("cpu"), mostThreads: 1 },
];

const operationsPeer = "pytorch_operations.py";

/** wick, then what its operations are compared with one by one. */
export const operationPeers: readonly Peer[] = [
  { ...wick, command: [...wick.command.slice(0, -1), `${root}bench/operations_peer.ts`] },
  python("PyTorch", operationsPeer),
  python("PyTorch, channels-last", operationsPeer, "--variant", "channels-last"),
];

/** Why this peer cannot run here, or undefined where it can; `peak` is the processor's, by instruction set. */
export function missing(
  { environment, command, needs, beside }: Peer,
  peak: Report["peak"],
): string | undefined {
  if (beside !== undefined && peak[beside] === undefined) return `this processor has no ${beside}`;
  if (environment === undefined) return undefined;
  const marker = environment === "tfjs" ? `${environments}/tfjs` : command[0];
  if (!exists(marker)) return "not installed (deno task bench --install)";
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  if (needs !== undefined && !folders.some((folder) => exists(`${folder}/${needs}`))) {
    return `${needs} is not on PATH`;
  }
}

/** Whether a file or folder is there. */
export function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
