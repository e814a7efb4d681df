import { assertEquals } from "@std/assert";
import { reachedAt, speedrunTable, targets } from "../../bench/speedrun.ts";

const slow = [{ seconds: 10, accuracy: 0.85 }, { seconds: 20, accuracy: 0.905 }];
const quick = [{ seconds: 4, accuracy: 0.9 }, { seconds: 6, accuracy: 0.89 }];

Deno.test("an accuracy is reached when an epoch's evaluation first has it", () => {
  assertEquals([0.85, 0.88, 0.91].map((target) => reachedAt(slow, target)), [10, 20, undefined]);
});

Deno.test("the table has mean seconds to each accuracy, and says how many seeds reached it", () => {
  assertEquals(targets, [0.88, 0.9, 0.92, 0.93, 0.94]);
  const below = [{ seconds: 3, accuracy: 0.88 }];
  const rows = speedrunTable({ wick: [quick, slow], PyTorch: [slow, below] }).split("\n").slice(2);
  assertEquals(rows, [
    "| wick | 12.0 | 12.0 | - | - | - | 89.75 % in 13 s |",
    "| PyTorch | 11.5 | 20.0 (1 of 2) | - | - | - | 89.25 % in 12 s |",
  ]);
});
