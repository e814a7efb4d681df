import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { trainArguments } from "../../src/commands/train_arguments.ts";
import { checkedSettings } from "../../src/commands/train_command.ts";
import { UsageError } from "../../src/errors.ts";

Deno.test("a model that there is not is refused with the nearest one", () => {
  assertThrows(
    () => checkedSettings({ model: "cnm" }),
    UsageError,
    "; did you mean cnn?",
  );
});

Deno.test("the help of a model shows its own settings and defaults, and no other model's", async () => {
  const { command } = await trainArguments(["--model", "wrn", "--help"]);
  const help = command.help(Infinity);
  assertStringIncludes(help, "wide-resnet: wide residual network");
  assertStringIncludes(help, "--weight-decay 0.0005");
  assertEquals([help.includes("--widen N"), help.includes("--hidden N")], [true, false]);
  const all = (await trainArguments(["--help"])).command.help();
  assertEquals([all.includes("--widen N"), all.includes("--hidden N")], [true, true]);
});
