import { assertEquals } from "@std/assert";
import { lines, start } from "../torture/child_process.ts";

for (const [signal, exitCode] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`the first ${signal} is heard by a busy loop, the second ends it with ${exitCode}`, async () => {
    const process = start("listener.ts");
    const said: string[] = [];
    for await (const line of lines(process.stdout)) {
      said.push(line);
      process.kill(signal);
    }
    await process.stdin.close();
    await process.stderr.cancel();
    assertEquals(said, ["listens", `heard ${signal}`]);
    assertEquals((await process.status).code, exitCode);
  });
}
