// Decodes and prepares the pictures in a file; prints what came of it, seconds and peak memory.
import process from "node:process";
import { UserError } from "../../src/errors.ts";
import { decodePictures, prepare } from "../../src/image/mod.ts";

/** The most memory this process has had so far, in bytes (Linux). */
function peakMemory(): number {
  const kibibytes = /^VmHWM:\s*(\d+) kB$/m.exec(Deno.readTextFileSync("/proc/self/status"));
  return Number(kibibytes?.[1]) * 1024;
}

const bytes = Deno.readFileSync(Deno.args[0]);
const before = process.cpuUsage();
let outcome = "read";
try {
  for (const picture of await decodePictures(bytes, "file")) prepare(picture);
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  outcome = error.message;
}
// The processor's time, not the clock's: the machine may be busy with something else.
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ outcome, seconds: (user + system) / 1e6, memory: peakMemory() }));
