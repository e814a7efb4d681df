import { assert, assertEquals } from "@std/assert";
import { native } from "../../src/ffi/mod.ts";
import { weightsDigest } from "../../src/storage/weights_digest.ts";
import { modelOf, Pace, recipeOf, train, TrainingState } from "../../src/train/mod.ts";
import { ThreadTuner } from "../../src/train/thread_tuner.ts";
import { config, data } from "./fixtures.ts";

/** A machine of `most` threads where a step takes `step(threads)` milliseconds. */
class Machine {
  threads: number;
  now = 0;
  constructor(readonly most: number, public step: (threads: number) => number) {
    this.threads = most;
  }
  divideAmong = (threads: number) =>
    this.threads = threads === 0 ? this.most : Math.min(threads, this.most);
  /** Steps for so many milliseconds; how many a second. */
  run(tuner: ThreadTuner, milliseconds: number): number {
    const began = this.now;
    let steps = 0;
    for (; this.now < began + milliseconds; steps++) {
      this.now += this.step(this.threads);
      tuner.stepDone();
    }
    return steps / (this.now - began) * 1000;
  }
}

const tuned = (machine: Machine) => new ThreadTuner(machine.divideAmong, () => machine.now);

Deno.test("a tuner finds the number of threads that is fastest", () => {
  for (
    const [most, step, best] of [
      [2, (threads: number) => 2 / threads, 2],
      [2, (threads: number) => 0.02 * threads, 1],
      [64, (threads: number) => 1 / threads + 0.02 * threads, 8],
      [6, (threads: number) => Math.abs(threads - 3) + 1, 3],
      [8, () => 1, 8],
    ] as const
  ) {
    const machine = new Machine(most, step);
    const tuner = tuned(machine);
    machine.run(tuner, 2000);
    assertEquals(machine.threads, best);
  }
});

Deno.test("a tuner follows a machine that changes, up and down", () => {
  const machine = new Machine(4, (threads) => 1 / threads);
  const tuner = tuned(machine);
  machine.run(tuner, 10_000);
  assertEquals(machine.threads, 4);
  machine.step = (threads) => threads;
  machine.run(tuner, 10_000);
  assertEquals(machine.threads, 1);
  machine.step = (threads) => 1 / threads;
  machine.run(tuner, 20_000);
  assertEquals(machine.threads, 4);
});

Deno.test("trials take 2 % of the time at most, of short steps and of long ones", () => {
  for (const length of [0.01, 1, 400]) {
    const machine = new Machine(2, (threads) => 2 * length / threads);
    const tuner = tuned(machine);
    machine.run(tuner, 200 * length); // the first trial
    const rate = machine.run(tuner, 100_000 + 1000 * length);
    assert(rate * length / 1000 > 0.98, `${length} ms: ${rate} steps a second`);
  }
});

Deno.test("other work is divided among all threads, and a trial goes on behind it", () => {
  const machine = new Machine(2, (threads) => threads);
  {
    using tuner = tuned(machine);
    for (let epoch = 0; epoch < 200; epoch++) {
      machine.run(tuner, 12);
      tuner.pause();
      assertEquals(machine.threads, 2);
    }
    machine.run(tuner, 12);
    assertEquals(machine.threads, 1);
  }
  assertEquals(machine.threads, 2);
});

Deno.test("stretches go on from epoch to epoch, however short these are", () => {
  const machine = new Machine(2, (threads) => 0.1 * threads);
  using tuner = tuned(machine);
  for (let epoch = 0; epoch < 1000; epoch++) {
    machine.run(tuner, 2);
    tuner.pause();
    machine.now += 100; // which is no part of a step
  }
  machine.run(tuner, 2);
  assertEquals(machine.threads, 1);
});

Deno.test("a training of few steps tries nothing", () => {
  const used = new Set<number>();
  const machine = new Machine(2, (threads) => (used.add(threads), 2000 / threads));
  using tuner = tuned(machine);
  machine.run(tuner, 49_000);
  assertEquals([...used], [2]);
});

Deno.test("where there is no choice, nothing is tried", () => {
  const tuner = new ThreadTuner(() => 1, () => 0);
  for (let step = 0; step < 100; step++) tuner.stepDone();
});

Deno.test("a run gives the same bits where the number of threads changes inside of it", async () => {
  const given = config({ model: "cnn", epochs: 2, batchSize: 16 });
  const digest = async (divide: () => void) => {
    using state = new TrainingState(modelOf(given), recipeOf(given), data.train.count);
    await train(state, data, { save: divide }, new Pace({ checkpointEvery: "1" }));
    native.wick_divide_among(0);
    return weightsDigest(state.storedWeights());
  };
  let step = 0;
  const used = new Set<number>();
  const changed = await digest(() => used.add(native.wick_divide_among(1 + step++ % 3)));
  assertEquals(changed, await digest(() => {}));
  assert(used.has(1));
});
