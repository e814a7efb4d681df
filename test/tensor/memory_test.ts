import { assert, assertEquals, assertMatch } from "@std/assert";

Deno.test("what a shape asks for is given within the budget of memory, or refused", async () => {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-q", "--no-check", "-A", "--import-map=.wick/import_map.json"],
      "test/tensor/memory_child.ts",
    ],
    cwd: new URL("../..", import.meta.url),
    env: { WICK_MEMORY_MIB: "64" },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  const lines = new TextDecoder().decode(stdout).trimEnd().split("\n");
  const mebibytes = Number(lines.pop());
  const given: string[] = [];
  for (const line of lines) {
    const [name, outcome] = line.split(": ");
    if (outcome === "given") given.push(name);
    else assertMatch(line, /Out of memory/);
  }
  assertEquals(given, [
    "average pooling",
    "maximum pooling",
    "a wide kernel",
    "a convolution far apart",
    "the weight gradient of many channels",
    "random numbers",
  ]);
  assert(mebibytes < 250, `the process had ${mebibytes} MiB`);
});
