// Unpacks the file it is given and prints the error and how far resident memory had to grow.
import { gunzip } from "../../src/storage/gzip.ts";

/** The most memory this process has had so far, in bytes (Linux). */
function peakMemory(): number {
  const kibibytes = /^VmHWM:\s*(\d+) kB$/m.exec(Deno.readTextFileSync("/proc/self/status"));
  return Number(kibibytes?.[1]) * 1024;
}

const bomb = Deno.readFileSync(Deno.args[0]);
const before = peakMemory();
try {
  await gunzip(bomb, "bomb", 1 << 24);
} catch (error) {
  console.log(error instanceof Error ? error.message : error);
}
console.log(peakMemory() - before);
