import { assertEquals } from "@std/assert";
import { editDistance, nearest } from "../../src/settings/nearest.ts";

Deno.test("editDistance() counts insertions, deletions, substitutions and swaps", () => {
  assertEquals(editDistance("epoch", "epochs"), 1);
  assertEquals(editDistance("epochs", "poch"), 2);
  assertEquals(editDistance("seed", "send"), 1);
  assertEquals(editDistance("opt", "otp"), 1);
  assertEquals(editDistance("", "abc"), 3);
});

Deno.test("nearest() finds the word meant, whatever its case", () => {
  assertEquals(nearest("Adamm", ["sgd", "adam", "adamw"]), "adam");
  assertEquals(nearest("x", []), undefined);
});
