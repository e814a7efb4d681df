import { assert, assertEquals } from "@std/assert";
import { damage } from "../torture/flips.ts";
import { injectFaults } from "../torture/faults.ts";
import { interrupt } from "../torture/interruptions.ts";
import { race } from "../torture/races.ts";
import { trainAtRandom } from "../torture/random_trainings.ts";

Deno.test("a run that is killed at 20 random moments ends in the same bytes", async () => {
  const { interruptions, insideSaves, runs } = await interrupt("SIGKILL", 20, { insideSaves: 6 });
  console.log(`${interruptions} kills, ${insideSaves} of them inside a save, ${runs} runs`);
  assert(interruptions >= 20 && insideSaves >= 6 && runs >= 1);
});

Deno.test("a run that is stopped by SIGINT at random moments ends in the same bytes", async () => {
  const { interruptions, runs } = await interrupt("SIGINT", 5);
  assert(interruptions >= 5 && runs >= 1);
  assert(runs <= 2 * interruptions, `${runs} runs did not hear their signal`);
});

Deno.test("a run that is stopped by SIGTERM goes on too", async () => {
  assert((await interrupt("SIGTERM", 1)).interruptions >= 1);
});

Deno.test("of two processes that race for a run folder exactly one wins", async () => {
  assertEquals(await race(40), { races: 40, takeovers: 2 });
});

Deno.test("a run survives faults of the file system, or ends in a clear error", async () => {
  const { faults, errors } = await injectFaults(11);
  assert(faults >= 30 && errors >= 10, `${faults} faults, ${errors} errors`);
});

Deno.test("a checkpoint that is cut or has one bit flipped is refused", async () => {
  const { prefixes, flips } = await damage(97, 1000);
  assert(prefixes > 300 && flips === 1000, `${prefixes} prefixes`);
});

Deno.test("40 trainings with random settings end well, or with one sentence", async () => {
  const { trained, refused } = await trainAtRandom(1, 40);
  assert(trained >= 25, `${trained} trained, ${refused} refused`);
});
