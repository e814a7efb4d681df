/**
 * A process that is fuzzed: `child.ts TARGET INPUTS`. It prints `at N` as it goes on, at the end its
 * counts as JSON, and exits with 1 at the first input that does anything but be read or refused.
 */
import { setImmediate } from "node:timers";
import { messageOf, UserError } from "../../src/errors.ts";
import { liveTensors } from "../../src/ffi/mod.ts";
import { edited } from "./edited.ts";
import { callSequence } from "./native_calls.ts";
import { readers as fileReaders } from "./readers.ts";
import { requestReaders } from "./request_readers.ts";

const readers = { ...fileReaders, ...requestReaders };

const seed = 1;
const secondsAnInput = 1;
const memoryLimit = 256 * 2 ** 20;
/** Inputs between two turns of the event loop. */
const inputsATurn = 10;

const [target, count] = [Deno.args[0], Number(Deno.args[1])];
const [attempt, found] = target === "native calls"
  ? [callNative, []]
  : [read, readers[target].found];

/** Whether input number `index` was read. */
async function read(index: number): Promise<boolean> {
  const { files, read } = readers[target];
  try {
    await read(edited(files, seed, index));
    return true;
  } catch (error) {
    const meant = error instanceof UserError || error instanceof RangeError;
    if (meant && !error.message.includes("call stack")) return false;
    throw error;
  }
}

function callNative(index: number): boolean {
  return callSequence(seed, index) > 0;
}

/** Tries an input, again where it takes too long: the machine may have been busy. */
async function timed(index: number): Promise<{ accepted: boolean; seconds: number }> {
  let [seconds, accepted] = [Infinity, false];
  for (let tries = 0; tries < 3 && seconds >= secondsAnInput; tries++) {
    const begun = performance.now();
    accepted = await attempt(index);
    seconds = (performance.now() - begun) / 1000;
  }
  if (seconds >= secondsAnInput) throw new Error(`it took ${seconds} s, in three attempts`);
  return { accepted, seconds };
}

/** The most memory this process has had so far, in bytes; 0 where the system does not say. */
function peakMemory(): number {
  if (Deno.build.os !== "linux") return 0;
  const status = Deno.readTextFileSync("/proc/self/status");
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

/**
 * Lets the event loop have a turn, as it has in any program between two files: what waits for one,
 * such as the memory of zlib's streams and the targets of weak references, would pile up without.
 */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

let [accepted, slowest] = [0, 0];
const indices = function* () {
  yield* found;
  for (let index = 0; index < count; index++) yield index;
};
for (const index of indices()) {
  if (index % 10_000 === 0) console.log(`at ${index}`);
  if (index % inputsATurn === 0) await turn();
  try {
    const result = await timed(index);
    accepted += Number(result.accepted);
    slowest = Math.max(slowest, result.seconds);
    if (index % 1000 === 0 && peakMemory() > memoryLimit) {
      throw new Error(`the process has had ${peakMemory()} bytes of memory`);
    }
  } catch (error) {
    console.error(`${target}, seed ${seed}, input ${index}: ${messageOf(error)}`);
    if (error instanceof Error) console.error(error.stack);
    Deno.exit(1);
  }
}
await readers[target]?.close?.();
if (liveTensors() > 0) {
  console.error(`${target}: ${liveTensors()} tensors are left`);
  Deno.exit(1);
}
console.log(JSON.stringify({
  inputs: count,
  accepted,
  "refused": count + found.length - accepted,
  "ms for the slowest": Math.ceil(slowest * 1000),
  "MiB at most": Math.ceil(peakMemory() / 2 ** 20),
}));
