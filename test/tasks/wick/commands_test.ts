import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { commands } from "../../../tasks/wick/commands.ts";
import { runTask } from "../run_task.ts";

Deno.test("wick --help names every command with what its task says of itself", async () => {
  const { code, stdout } = await runTask("wick", "--help");
  assertEquals(code, 0);
  for (const [name, { description }] of commands) {
    assertMatch(stdout, new RegExp(`^  ${name} +`, "m"));
    assertStringIncludes(stdout.replace(/\s+/g, " "), description);
  }
  assert(stdout.split("\n").every((line) => line.length <= 80));
  for (
    const name of ["train:cnn", "train", "evaluate", "export", "sweep", "reproduce", "download"]
  ) {
    assertEquals(commands.has(name), true, name);
  }
});

Deno.test("the help of every command fits 80 columns", async () => {
  const said: string[] = [];
  const { log } = console;
  console.log = (text: string) => said.push(text);
  try {
    for (const { main } of commands.values()) await main(["--help"]);
  } finally {
    console.log = log;
  }
  assertEquals(said.length, commands.size);
  assertEquals(said.flatMap((text) => text.split("\n")).filter(({ length }) => length > 80), []);
});

Deno.test("a command gets the arguments that its task gives it, and then the user's", async () => {
  const { code, stderr } = await runTask("wick", "train:linear", "--hidden", "3");
  assertEquals(code, 2);
  assertStringIncludes(stderr, "--hidden is for --model nonlinear, cnn or");
});

Deno.test("a command that wick does not have is one sentence and exit code 2", async () => {
  const { code, stderr } = await runTask("wick", "trian:cnn");
  assertEquals([code, stderr], [
    2,
    'error: Unknown command "trian:cnn"; did you mean train:cnn?\n',
  ]);
});
