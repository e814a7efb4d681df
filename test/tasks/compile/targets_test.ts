import { assertMatch, assertThrows } from "@std/assert";
import { libraryFor, type Target, thisTarget } from "../../../tasks/compile/targets.ts";
import { UsageError, UserError } from "../../../src/errors.ts";

Deno.test("the library for this platform is the one that set-up builds", () => {
  assertMatch(libraryFor(thisTarget), /^native\/target\/release\/(lib)?wick\./);
});

Deno.test("a platform without a library, or that Deno does not know, is one sentence", () => {
  const other = thisTarget.startsWith("aarch64")
    ? "x86_64-pc-windows-msvc"
    : "aarch64-pc-windows-msvc";
  assertThrows(() => libraryFor(other), UserError, `There is no library for ${other}: build it`);
  const unknown = "riscv64gc-unknown-linux-gnu" as Target;
  assertThrows(() => libraryFor(unknown), UsageError, "there are x86_64-unknown-linux-gnu, ");
});
