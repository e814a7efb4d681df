import { assert, assertEquals } from "@std/assert";
import { fuzz, targets } from "./fuzz.ts";

const count = 20_000;

for (const target of targets) {
  Deno.test(`${target}: 20,000 hostile inputs are taken or refused, and nothing else`, async () => {
    const counts = await fuzz(target, count);
    console.log(`${target}: ${JSON.stringify(counts)}`);
    assertEquals(counts.inputs, count);
    // Some of the edits harm nothing; more of them do.
    assert(counts.accepted > 0, `${counts.accepted} accepted`);
    assert(target === "native calls" || counts.refused > count / 2, `${counts.refused} refused`);
  });
}
