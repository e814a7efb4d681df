import { assertEquals, assertRejects } from "@std/assert";
import { Batcher, type BatcherOptions } from "../../../src/serve/api/batcher.ts";
import { RequestError } from "../../../src/serve/request_error.ts";

/** A batcher that doubles numbers, and the batches that it has computed. */
function doubling(options: Partial<BatcherOptions<number, number>> = {}) {
  const batches: number[][] = [];
  const batcher = new Batcher<number, number>({
    maxBatch: 4,
    batchWait: 10_000,
    mostWaiting: 8,
    onBatch: () => {},
    ...options,
    compute(items) {
      batches.push([...items]);
      if (items.includes(13)) throw new RangeError("13 is unlucky");
      return items.map((item) => 2 * item);
    },
  });
  return { batcher, batches };
}

Deno.test("requests that come together are computed together, in their order", async () => {
  const { batcher, batches } = doubling();
  const results = await Promise.all([[1, 2], [3], [4]].map((items) => batcher.submit(items)));
  assertEquals(results, [[2, 4], [6], [8]]);
  assertEquals(batches, [[1, 2, 3, 4]]);
});

Deno.test("one request alone is computed at once, however long a batch may wait", async () => {
  const { batcher, batches } = doubling({ batchWait: 600_000 });
  assertEquals(await batcher.submit([1]), [2]);
  assertEquals(await batcher.submit([2]), [4]);
  assertEquals(batches, [[1], [2]]);
});

Deno.test("a request waits for those that are being sent, but no longer than it may", async () => {
  const { batcher, batches } = doubling();
  batcher.begin();
  const first = batcher.submit([1]);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals([batches, batcher.waiting], [[], 1]);
  batcher.end();
  assertEquals(await Promise.all([first, batcher.submit([2])]), [[2], [4]]);
  assertEquals(batches, [[1, 2]]);

  const hurried = doubling({ batchWait: 5 });
  hurried.batcher.begin(); // and never ends
  assertEquals(await hurried.batcher.submit([3]), [6]);
});

Deno.test("a full batch does not wait", async () => {
  const { batcher, batches } = doubling({ batchWait: 600_000 });
  batcher.begin();
  assertEquals(await Promise.all([batcher.submit([1, 2]), batcher.submit([3, 4])]), [[2, 4], [
    6,
    8,
  ]]);
  assertEquals(batches, [[1, 2, 3, 4]]);
});

Deno.test("a request is not divided where it fits into a batch, and is in parts where it does not", async () => {
  const sizes: number[] = [];
  const { batcher, batches } = doubling({ mostWaiting: 100, onBatch: (size) => sizes.push(size) });
  const requests = [[1, 2, 3], [4, 5], [6, 7, 8, 9, 10], [11]];
  const results = await Promise.all(requests.map((items) => batcher.submit(items)));
  assertEquals(results, requests.map((items) => items.map((item) => 2 * item)));
  assertEquals(batches, [[1, 2, 3], [4, 5], [6, 7, 8, 9], [10], [11]]);
  assertEquals(sizes, [3, 2, 4, 1, 1]);
});

Deno.test("what fails does not hurt what it was joined with", async () => {
  const { batcher } = doubling();
  const outcomes = await Promise.allSettled([[1], [13], [3]].map((items) => batcher.submit(items)));
  assertEquals(
    outcomes.map((each) => each.status === "fulfilled" ? each.value : each.reason.message),
    [
      [2],
      "13 is unlucky",
      [6],
    ],
  );
  assertEquals(await batcher.submit([4]), [8]);
});

Deno.test("where too many wait, another is told to try again", async () => {
  const { batcher } = doubling();
  const taken = [[1, 2, 3, 4], [5, 6, 7]].map((items) => batcher.submit(items));
  const error = await assertRejects(() => batcher.submit([8, 9]), RequestError, "7 images wait");
  assertEquals([error.status, error.retryAfter], [429, 1]);
  assertEquals(await batcher.submit([8]), [16]);
  assertEquals(await Promise.all(taken), [[2, 4, 6, 8], [10, 12, 14]]);
  assertEquals(await batcher.submit(Array(20).fill(1)), Array(20).fill(2), "alone it is taken");
});

Deno.test("a batcher is idle when all has been computed", async () => {
  const { batcher, batches } = doubling();
  await batcher.idle();
  void batcher.submit([1]);
  void batcher.submit([2, 3, 4, 5]);
  await batcher.idle();
  assertEquals(batches, [[1], [2, 3, 4, 5]]);
});
