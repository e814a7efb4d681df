import { assert, assertEquals } from "@std/assert";
import { fuzz, slowTargets, targets } from "./fuzz.ts";

for (const target of [...targets, ...slowTargets]) {
  const count = slowTargets.includes(target) ? 2_000 : 20_000;
  Deno.test(`${target}: ${count.toLocaleString("en")} hostile inputs are taken or refused, and nothing else`, async () => {
    const counts = await fuzz(target, count);
    console.log(`${target}: ${JSON.stringify(counts)}`);
    assertEquals(counts.inputs, count);
    // Some of the edits harm nothing; more of them do.
    assert(counts.accepted > 0, `${counts.accepted} accepted`);
    assert(target === "native calls" || counts.refused > count / 2, `${counts.refused} refused`);
  });
}
