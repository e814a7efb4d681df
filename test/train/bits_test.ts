import { assertEquals, assertMatch } from "@std/assert";
import { libraryInformation } from "../../src/ffi/mod.ts";

/** The instances for this family of processors, narrowest first. */
const WIDTHS = Deno.build.arch === "aarch64" ? ["scalar", "neon"] : ["scalar", "avx2", "avx512"];

/** What the digests are where they were first computed: they are the same everywhere. */
const expected = ["bits.txt", "bits_of_parts.txt"].map((name) =>
  Deno.readTextFileSync(new URL(name, import.meta.url))
).join("");

async function digests(instructionSet: string, threads: number): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-q",
      "--no-check",
      "-P=test",
      "--import-map=.wick/import_map.json",
      "test/train/bits_child.ts",
      `${threads}`,
    ],
    cwd: new URL("../..", import.meta.url),
    env: { WICK_ISA: instructionSet },
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

const widest = WIDTHS.indexOf(libraryInformation().instructionSet);

for (const [width, instructionSet] of WIDTHS.entries()) {
  for (const threads of [1, 2, 3, 8]) {
    // The scalar path is slow: two numbers of threads say as much as four.
    if (instructionSet === "scalar" && threads > 2 && widest > 0) continue;
    const absent = width > widest;
    const why = absent ? " (this processor has none)" : "";
    Deno.test({
      name: `training gives the same weights with ${instructionSet} and ${threads} threads${why}`,
      ignore: absent,
      fn: async () => assertEquals(await digests(instructionSet, threads), expected),
    });
  }
}

Deno.test("an instruction set that the processor lacks is an error", async () => {
  const failure = await digests("avx1024", 1).then(() => "", (error: Error) => error.message);
  assertMatch(failure, /WICK_ISA=avx1024 is not available on this processor: choose one of scalar/);
});
