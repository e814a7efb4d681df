import { environments, exists, root } from "./peers.ts";
import type { Report } from "./report.ts";

/** The processor's name, its cores and the system. */
export async function machine(): Promise<Report["machine"]> {
  const system = `${Deno.build.os} ${Deno.osRelease()}`;
  return { processor: await processorName(), cores: navigator.hardwareConcurrency, system };
}

/** The commit that is measured, with `+` where files differ from it. */
export async function commit(): Promise<string> {
  const name = await output("git", ["rev-parse", "--short", "HEAD"]);
  const changed = await output("git", ["status", "--porcelain", "--", "src", "native", "bench"]);
  return changed === "" ? name : `${name}+`;
}

/** The measured FMA peak; nothing where the probe is not installed. */
export async function peak(): Promise<Report["peak"]> {
  const probe = `${environments}/rust/${Deno.build.target}/release/peak`;
  return exists(probe) ? JSON.parse(await output(probe, [])) : {};
}

/** The peak of the instruction set that is named in the promises: AVX2, or NEON. */
export const usualPeak = (peak: Report["peak"]): readonly [number, number] | undefined =>
  peak.avx2 ?? peak.neon;

async function output(program: string, args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command(program, { args, cwd: root }).output();
  return new TextDecoder().decode(stdout).trim();
}

async function processorName(): Promise<string> {
  const text = await systemFile("/proc/cpuinfo");
  return /model name\s*: (.*)/.exec(text)?.[1] ?? Deno.build.arch;
}

/** A file of Linux's /proc, which Deno itself reads with all permissions only; empty on other systems. */
export const systemFile = (path: string): Promise<string> =>
  Deno.build.os === "linux" ? output("cat", [path]) : Promise.resolve("");
