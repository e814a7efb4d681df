import { assertEquals } from "@std/assert";

/** What it is where it was first computed: the same everywhere. */
const expected = [
  "31c23fdc4b2064ea74c7f41c11e0bb26a842dacd65585c94486b019ee4312a58 2.290212631225586",
  "2f2a790b0668e5e2d0d1673778c0d27bc0e8c6eb3deef32432dd73ad974653cb 2.126448392868042",
].join("\n");

async function trained(env: Record<string, string>, threads: number): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-q", "--no-check", "-P=test", "--import-map=.wick/import_map.json"],
      ...["test/train/augmented_child.ts", `${threads}`],
    ],
    cwd: new URL("../..", import.meta.url),
    env,
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim();
}

Deno.test("trainings with changed, mixed, mirrored and coloured images have the same bits everywhere", async () => {
  assertEquals(await trained({}, 1), expected);
  assertEquals(await trained({ WICK_ISA: "scalar" }, 2), expected);
});
