import { cpus } from "node:os";
import { packedFile, selfContained } from "../program.ts";
import { wickInfo } from "../ffi/mod.ts";
import { now } from "../clock.ts";
import { version } from "../version.ts";

/** On what a run was computed. Nothing here decides its result on a CPU. */
export interface Environment {
  readonly time: string;
  readonly wick: string;
  readonly deno: string;
  readonly candle: string;
  readonly library_sha256: string;
  /** The commit of wick's repository, where it is one, and whether files differ from it. */
  readonly commit: string | null;
  readonly dirty: boolean | null;
  readonly os: string;
  readonly cpu: string | null;
  readonly instruction_set: string;
  readonly threads: number;
  readonly device: string;
  /** SHA-256 of the data files, or of the synthetic pixels. */
  readonly data_sha256: Readonly<Record<string, string>>;
  /** What is promised of the result's bits on this device. */
  readonly reproducible: string;
}

/** Reads the environment of this process; the one place that does. */
export async function readEnvironment(
  device: "cpu" | "cuda",
  dataDigests: Readonly<Record<string, string>>,
): Promise<Environment> {
  const info = wickInfo();
  return {
    time: now().toISOString(),
    wick: version,
    deno: Deno.version.deno,
    candle: info.candle,
    library_sha256: info.librarySha256,
    ...await readCommit(),
    os: `${Deno.build.os} ${Deno.build.arch}`,
    cpu: processor(),
    instruction_set: info.isa,
    threads: info.threads,
    device,
    data_sha256: dataDigests,
    reproducible: device === "cpu"
      ? "the same bits on every CPU with any number of threads"
      : "not promised on CUDA: the order of its sums may differ from run to run",
  };
}

function processor(): string | null {
  try {
    return cpus()[0]?.model ?? null;
  } catch {
    return null; // not permitted, or not known on this system
  }
}

/** Of which commit this wick is, and whether files differ from it; nulls where it is of none. */
export async function readCommit(): Promise<Pick<Environment, "commit" | "dirty">> {
  if (selfContained) {
    return JSON.parse(await Deno.readTextFile(packedFile("commit.json")));
  }
  const status = await git("status", "--porcelain");
  return {
    commit: await git("rev-parse", "HEAD") ?? null,
    dirty: status === undefined ? null : status !== "",
  };
}

/** What git says about wick's own repository; undefined where there is none. */
async function git(...args: string[]): Promise<string | undefined> {
  const root = import.meta.dirname;
  if (root === undefined) return undefined;
  try {
    const command = new Deno.Command("git", { args: ["-C", root, ...args], stderr: "null" });
    const { success, stdout } = await command.output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch {
    return undefined; // git is not installed or not permitted
  }
}
