import { assertEquals } from "@std/assert";
import { editDistance, guessOf, nearest } from "../../src/settings/nearest.ts";

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

Deno.test("nearest() suggests what few letters change or what begins with the word, and nothing else", () => {
  const flags = ["loss", "lr", "epochs", "batch-size", "cutout", "fashion-mnist", "output-dir"];
  const cases: [word: string, guess: string | undefined][] = [
    ["foo", undefined],
    ["los", "loss"],
    ["lt", "lr"],
    ["xy", undefined],
    ["batchsize", "batch-size"],
    ["bitchsizes", "batch-size"],
    ["fashion", "fashion-mnist"],
    ["fa", undefined],
    ["output", "output-dir"],
    ["cutput", "cutout"],
  ];
  for (const [word, guess] of cases) assertEquals(nearest(word, flags), guess, word);
  assertEquals([guessOf("los", flags), guessOf("foo", flags)], ["; did you mean loss?", ""]);
});
