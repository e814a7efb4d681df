import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { temporaryFolder } from "../temporary_folder.ts";
import { runTask } from "./run_task.ts";

/** Trains a small model on synthetic images; returns its folder. */
async function trained(parent: string, ...args: string[]): Promise<string> {
  const small = ["--data", "synthetic", "--train-size", "200", "--epochs", "2"];
  const { code, stdout, stderr } = await runTask(
    "train",
    ...[...small, "--output-dir", parent, ...args],
  );
  assertEquals([code, stderr], [0, ""]);
  return /^run folder (.+)$/m.exec(stdout)![1];
}

Deno.test("compare ranks runs from the command line, with the figures of their summaries", async () => {
  using parent = temporaryFolder();
  const linear = await trained(parent.path, "--model", "linear");
  const linear7 = await trained(parent.path, "--model", "linear", "--seed", "7");
  const nonlinear = await trained(parent.path, "--model", "nonlinear");
  const accuracy = (folder: string): number =>
    JSON.parse(Deno.readTextFileSync(`${folder}/summary.json`)).test_acc;

  const output = `${parent.path}/compared`;
  const all = [linear, linear7, nonlinear];
  const compared = await runTask("compare", ...all, `${linear}/`, "--output", output);
  assertEquals([compared.code, compared.stderr], [0, ""]);
  assertStringIncludes(compared.stdout, `left out: ${linear} is ${linear} once more`);
  assertStringIncludes(compared.stdout, `${output}/comparison.html`);
  const { models, pairs } = JSON.parse(Deno.readTextFileSync(`${output}/comparison.json`));
  const row = (name: string) => models.find((model: { name: string }) => model.name === name);
  assertEquals(row("nonlinear").test_acc.mean, accuracy(nonlinear));
  assertEquals(row("linear").test_acc.mean, (accuracy(linear) + accuracy(linear7)) / 2);
  assertEquals(row("linear").runs.map(({ seed }: { seed: number }) => seed), [7, 42]);
  const [pair] = pairs;
  assertEquals(
    pair.both_right + pair.both_wrong + pair.only_first_right.length +
      pair.only_second_right.length,
    10_000,
  );

  // The newest of each model, a line each.
  const newest = await runTask("compare", "--output-dir", parent.path);
  assertEquals(newest.code, 0, newest.stderr);
  const percent = (folder: string) => (100 * accuracy(folder)).toFixed(2);
  assertMatch(newest.stdout, new RegExp(`^linear +${percent(linear7)} `, "m"));
  assertMatch(newest.stdout, new RegExp(`^nonlinear +${percent(nonlinear)} `, "m"));
});

const refused: [code: number, args: string[], message: RegExp][] = [
  [1, ["--output-dir", "/nowhere"], /There is no finished run in \/nowhere: .* train makes one/],
  [1, ["/nowhere"], /\/nowhere is not a run folder/],
  [2, ["--outputs", "x"], /Unknown flag --outputs; did you mean --output\?/],
  [2, ["--output"], /--output needs a value/],
];

for (const [code, args, message] of refused) {
  Deno.test(`compare ${args.join(" ")}: one sentence, exit code ${code}`, async () => {
    const outcome = await runTask("compare", ...args);
    assertMatch(outcome.stderr.trim(), message);
    assert(outcome.stderr.startsWith("error: ") && !outcome.stderr.includes("\n    at "));
    assertEquals(outcome.code, code);
  });
}
