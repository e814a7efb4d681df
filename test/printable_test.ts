import { assertEquals } from "@std/assert";
import { counted, printable } from "../src/printable.ts";

Deno.test("printable() escapes what commands a terminal, ends a line or turns the text around", () => {
  const texts: readonly [string, string][] = [
    ["\x1b[31mred\x07", "\\x1b[31mred\\x07"],
    ["a\nb\rc\td", "a\\nb\\rc\\td"],
    ["\x00\x7f\x9b", "\\x00\\x7f\\x9b"],
    ["gpj.\u202egnp\u2066", "gpj.\\u202egnp\\u2066"],
    ["a\u2028b\ud800c", "a\\u2028b\\ud800c"],
  ];
  for (const [text, wanted] of texts) assertEquals(printable(text), wanted);
});

Deno.test("printable() leaves words of any language and pictures of people as they are", () => {
  const family = "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}";
  for (const text of ["", "é ß 漢字 عربي עברית", family, "C:\\x", "a b~!"]) {
    assertEquals(printable(text), text);
  }
});

Deno.test("counted() has one of a thing in the singular", () => {
  assertEquals([0, 1, 2].map((n) => counted(n, "epoch")), ["0 epochs", "1 epoch", "2 epochs"]);
});
