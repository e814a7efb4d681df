import { assertEquals } from "@std/assert";
import { Rounds } from "../../src/serve/rounds.ts";

const turns = async (count: number) => {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setTimeout(resolve));
};

Deno.test("of few connections each is read from at once", () => {
  using rounds = new Rounds(() => 64);
  let reads = 0;
  rounds.next(() => reads++);
  rounds.next(() => reads++);
  assertEquals(reads, 2);
});

Deno.test("of many none is read from again before all that are ready have been", async () => {
  using rounds = new Rounds(() => 65);
  const reads: string[] = [];
  rounds.next(() => reads.push("a"));
  rounds.next(() => reads.push("b"));
  for (let i = 0; i < 50; i++) {
    rounds.wasRead(); // others have their turns yet
    await turns(1);
  }
  assertEquals(reads, []);
  await turns(20);
  assertEquals(reads, ["a", "b"]);
  rounds.next(() => reads.push("c"));
  assertEquals(reads.length, 2);
  await turns(20);
  assertEquals(reads, ["a", "b", "c"]);
});

Deno.test("what is held when a round is over is read though few are left", async () => {
  let count = 65;
  using rounds = new Rounds(() => count);
  const reads: string[] = [];
  rounds.next(() => reads.push("a"));
  count = 1;
  rounds.next(() => reads.push("b"));
  assertEquals(reads, []);
  await turns(20);
  assertEquals(reads, ["a", "b"]);
});
