import { assertEquals } from "@std/assert";
import { type StopSignal, StopSignals } from "../../src/cli/signals.ts";
import { lines, start } from "../torture/child_process.ts";

for (const [signal, exitCode] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`a busy loop hears ${signal}, takes two at once for one, and ends with ${exitCode} at a later one`, async () => {
    const process = start("listener.ts", "250");
    const said: string[] = [];
    for await (const line of lines(process.stdout)) {
      said.push(line);
      if (["listens", `${signal} 1`, `${signal} 2`].includes(line)) process.kill(signal);
    }
    await process.stdin.close();
    await process.stderr.cancel();
    assertEquals(said, [
      "listens",
      `${signal} 1`,
      `${signal}: finishes this step and saves; once more stops at once`,
      `${signal} 2`,
      `${signal} 3`,
    ]);
    assertEquals((await process.status).code, exitCode);
  });
}

/** What becomes of signals that come at these milliseconds. */
function outcome(...heard: [at: number, signal: StopSignal][]) {
  let now = 0;
  const exits: number[] = [];
  const said: string[] = [];
  using signals = new StopSignals((text) => said.push(text), {
    clock: () => now,
    exit: (code) => exits.push(code),
  });
  for (const [at, signal] of heard) {
    now = at;
    signals.hear(signal);
  }
  return { received: signals.received, exits, said: said.length };
}

Deno.test("a signal within half a second of the first is the same request, whichever it is", () => {
  const once = { received: "SIGINT", exits: [], said: 1 };
  assertEquals(outcome([70, "SIGINT"]), once as ReturnType<typeof outcome>);
  assertEquals(outcome([70, "SIGINT"], [70, "SIGINT"], [569, "SIGINT"]), outcome([70, "SIGINT"]));
  assertEquals(outcome([0, "SIGINT"], [1, "SIGHUP"], [2, "SIGTERM"]), outcome([0, "SIGINT"]));
  assertEquals(outcome([70, "SIGINT"], [570, "SIGINT"]).exits, [130]);
  // Half a second from the first one: a key that is held down is no way around it.
  assertEquals(outcome([0, "SIGINT"], [300, "SIGINT"], [600, "SIGTERM"]).exits, [143]);
  assertEquals(outcome([0, "SIGTERM"], [500, "SIGHUP"]).exits, [129]);
});
