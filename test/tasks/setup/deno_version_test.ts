import { assertEquals, assertThrows } from "@std/assert";
import { UserError } from "../../../src/errors.ts";
import { checkDeno, isAtLeast, minimumDeno } from "../../../tasks/setup/deno_version.ts";

Deno.test("isAtLeast() compares versions by their numbers, not by their letters", () => {
  assertEquals(isAtLeast("2.10.0", "2.8.0"), true);
  assertEquals(isAtLeast("2.8.0", "2.8.0"), true);
  assertEquals(isAtLeast("2.8", "2.8.0"), true);
  assertEquals(isAtLeast("2.7.14", "2.8.0"), false);
  assertEquals(isAtLeast("1.99.0", "2.8.0"), false);
  assertEquals(isAtLeast("3.0.0", "2.8.0"), true);
  assertEquals(isAtLeast("1.90.0-nightly", "1.89.0"), true);
});

Deno.test("checkDeno() says which Deno is wanted, and how to get it", () => {
  checkDeno();
  checkDeno(minimumDeno);
  assertThrows(() => checkDeno("2.7.14"), UserError, "Deno 2.7.14 is too old: wick needs Deno 2.8");
});
