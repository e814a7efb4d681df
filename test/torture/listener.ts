/**
 * A process that says each SIGINT and SIGTERM, hears the first one as a run does, and never stops
 * by itself. `listener.ts MS` counts MS milliseconds from one signal to the next.
 */
import { Pace } from "../../src/train/pace.ts";
import { StopSignals } from "../../src/cli/signals.ts";

const between = Number(Deno.args[0]);
let heard = 0;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => console.log(`${signal} ${++heard}`));
}
using signals = new StopSignals(console.log, { clock: () => heard * between });
const pace = new Pace({ signals });
console.log("listens");
while (true) {
  if (pace.restIsDue()) await pace.rest();
}
