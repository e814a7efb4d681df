import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Peer } from "../../bench/peers.ts";
import { Worker } from "../../bench/worker.ts";

/** A peer that greets and then runs this JavaScript. */
const peer = (script: string): Peer => ({
  name: "a peer",
  environment: undefined,
  command: [Deno.execPath(), "eval", `console.log('{"ready":true,"version":"1"}');${script}`],
});

const train = { run: "train", model: "cnn", batch: 32, seconds: 1 } as const;

async function exchange(script: string, patience: number) {
  const worker = new Worker(peer(script), 2, "nowhere");
  assertEquals((await worker.ready()).version, "1");
  const answer = await worker.ask(train, patience);
  await worker.stop();
  return answer;
}

Deno.test("ask() gives the answer, whatever else the peer prints", async () => {
  const script = `const buffer = new Uint8Array(999); Deno.stdin.readSync(buffer);
    console.log("compiling ..."); console.log('{"images":64,"seconds":0.5}');`;
  assertEquals(await exchange(script, 20), { images: 64, seconds: 0.5 });
});

Deno.test("ask() says what a peer that died said last", async () => {
  const { error } = await exchange(`console.error("no such kernel"); Deno.exit(3);`, 20);
  assertStringIncludes(error ?? "", "the process ended: no such kernel");
});

Deno.test("ask() gives up a peer that does not answer in time", async () => {
  const { error } = await exchange(`await new Promise((done) => setTimeout(done, 60_000));`, 0.3);
  assertEquals(error, "no answer within 0.3 s");
});
