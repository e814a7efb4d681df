import { assert, assertEquals } from "@std/assert";
import { definitions, wrap } from "../../src/cli/wrap.ts";

Deno.test("wrap() breaks between words, keeps indents and leaves longer words whole", () => {
  assertEquals(wrap("one two three", 8), ["one two", "three"]);
  assertEquals(wrap("  ab cd ef\n\nx", 7), ["  ab cd", "  ef", "", "x"]);
  assertEquals(wrap("a https://example.org b", 5), ["a", "https://example.org", "b"]);
});

Deno.test("definitions() put texts below each other, and below a name that is too long", () => {
  const text = definitions([["-a", "one two three"], ["--much-longer", "four"]], 20);
  assertEquals(text, "-a      one two\n        three\n--much-longer\n        four");
  assert(text.split("\n").every((line) => line.length <= 20));
});
