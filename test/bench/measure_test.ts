import { assertEquals } from "@std/assert";
import { measure } from "../../bench/measure.ts";
import type { Peer } from "../../bench/peers.ts";

/** A peer whose measurements take so many seconds, so it says: 100 images each, 100 more each time. */
const peer = (name: string, seconds: number): Peer => ({
  name,
  environment: undefined,
  command: [
    Deno.execPath(),
    "eval",
    `console.log('{"ready":true,"version":"1"}');
     const lines = Deno.stdin.readable.getReader();
     for (let images = 100; !(await lines.read()).done; images += 100) {
       console.log(JSON.stringify({ images, seconds: ${seconds} }));
     }
     Deno.exit();`,
  ],
});

Deno.test("a measurement much longer than asked is not repeated, a short one is, and what is measured is kept", async () => {
  const cell = { run: "evaluate", model: "cnn", batch: 32, threads: 1 } as const;
  const effort = { seconds: 1, rounds: 3, data: "nowhere", peak: undefined };
  const kept: number[] = [];
  const keep = (measured: readonly unknown[]) => void kept.push(measured.length);
  const measured = await measure([peer("quick", 1), peer("slow", 10)], [cell], effort, keep);
  assertEquals(kept, [2]);
  assertEquals(measured.map(({ peer, imagesPerSecond }) => [peer, imagesPerSecond]), [
    ["quick", { median: 200, low: 100, high: 300 }],
    ["slow", { median: 10, low: 10, high: 10 }],
  ]);
});

Deno.test("a peer that died at one cell is started anew for the next", async () => {
  const command = [
    Deno.execPath(),
    "eval",
    `console.log('{"ready":true,"version":"1"}');
     const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).getReader();
     for (;;) {
       const { value, done } = await lines.read();
       if (done || value.includes("wide")) Deno.exit();
       console.log('{"images":100,"seconds":1}');
     }`,
  ];
  const cells = (["wide", "cnn"] as const).map((model) =>
    ({ run: "evaluate", model, batch: 32, threads: 1 }) as const
  );
  const effort = { seconds: 1, rounds: 1, data: "nowhere", peak: undefined };
  const mortal: Peer = { name: "mortal", environment: undefined, command };
  const measured = await measure([mortal], cells, effort);
  assertEquals(
    measured.map(({ model, imagesPerSecond, error }) => [model, imagesPerSecond?.median, error]),
    [
      ["wide", undefined, "the process ended"],
      ["cnn", 100, undefined],
    ],
  );
});

Deno.test("a batch that would take minutes by a peer's rate at a smaller one is not asked for", async () => {
  const cells = [32, 1000].map((batch) =>
    ({ run: "train", model: "cnn", batch, threads: 1 }) as const
  );
  const effort = { seconds: 100, rounds: 1, data: "nowhere", peak: undefined };
  const measured = await measure([peer("slow", 10)], cells, effort);
  assertEquals(measured.map(({ imagesPerSecond, error }) => [imagesPerSecond?.median, error]), [
    [10, undefined],
    [undefined, "a batch would take 100 s"],
  ]);
});
