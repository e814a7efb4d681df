import { assert } from "@std/assert";
import { fuzzPictures } from "./fuzz.ts";

const count = 20_000;

for (const target of ["png", "png's content", "jpeg"] as const) {
  Deno.test(`${target}: 20,000 edited files are read or refused in one sentence`, async () => {
    const before = Deno.memoryUsage().rss;
    const { accepted, refused } = await fuzzPictures(target, count);
    console.log(`${target}: ${accepted} read, ${refused} refused`);
    assert(accepted > 100 && refused > 1000, `${accepted} read, ${refused} refused`);
    const grown = Deno.memoryUsage().rss - before;
    assert(grown < 256 * 2 ** 20, `memory grew by ${grown} bytes`);
  });
}
