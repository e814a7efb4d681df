import { assertEquals } from "@std/assert";
import { sanitizeChecks } from "../../../tasks/sanitize/checks.ts";

Deno.test("AddressSanitizer is skipped by name where Rust has none, loom is not", () => {
  const [loom, address] = sanitizeChecks(1, "windows x86_64");
  assertEquals(address.impossible, "Rust has no AddressSanitizer for windows x86_64");
  assertEquals(loom.impossible, undefined);
});

Deno.test("AddressSanitizer has a folder and a target of its own, and is told how much to try", () => {
  const [, address] = sanitizeChecks(123, "linux x86_64");
  assertEquals(address.impossible, undefined);
  assertEquals(address.command.includes("--target=x86_64-unknown-linux-gnu"), true);
  assertEquals(address.command.includes("--target-dir=native/target/sanitize"), true);
  assertEquals(address.env?.WICK_FUZZ_INPUTS, "123");
});
