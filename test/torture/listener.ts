/** A process that hears its first stop signal, and never stops by itself. */
import { Pace } from "../../src/train/pace.ts";
import { StopSignals } from "../../src/cli/signals.ts";

using signals = new StopSignals((signal) => console.log(`heard ${signal}`));
const pace = new Pace({ signals });
console.log("listens");
while (true) {
  if (pace.restIsDue()) await pace.rest();
}
