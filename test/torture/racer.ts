/** A process that tries to open the run folders it is told to, and holds each one until told. */
import { messageOf } from "../../src/errors.ts";
import { Run } from "../../src/run/run.ts";
import { lines } from "./child_process.ts";

let held: Run | undefined;
for await (const line of lines(Deno.stdin.readable)) {
  if (line === "release") {
    held?.[Symbol.dispose]();
    held = undefined;
    console.log("released");
    continue;
  }
  try {
    held = Run.open(line);
    console.log("won");
  } catch (error) {
    console.log(`lost ${messageOf(error)}`);
  }
}
