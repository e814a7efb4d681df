import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { sweepCommand } from "../../src/commands/sweep_command.ts";
import { trainCommand } from "../../src/commands/train_command.ts";
import { UserError } from "../../src/errors.ts";
import { runsIn } from "../../src/run/record.ts";
import { temporaryFolder } from "../temporary_folder.ts";

/** Sweeps over learning rates with a weight decay of 10; returns the exit code and what was said. */
async function swept(outputDir: string, ...rates: number[]) {
  const said: string[] = [];
  const small = {
    data: "synthetic",
    trainSize: 200,
    epochs: 1,
    batchSize: 4,
    weightDecay: 10,
  } as const;
  const output = `${outputDir}/../swept`;
  const runs = rates.map((lr) => ({ flags: { model: "linear", ...small, lr, outputDir, output } }));
  const code = await sweepCommand(runs, { line: (text) => said.push(text), bar() {} });
  return { code, said, table: said.at(-2) ?? "" };
}

Deno.test("a sweep goes on where a run fails, does each config once, and says at its end what failed", async () => {
  using parent = temporaryFolder();
  const runs = `${parent.path}/runs`;
  const { code, said, table } = await swept(runs, 1000, 0.01, 0.01);
  assertEquals(code, 0);
  assertStringIncludes(said.join("\n"), "1 of 3 combinations are named again: done once");
  const [wild, good] = runsIn(runs);
  const { failure = "" } = wild;
  assert(/^The training loss is .* at step .* try a lower --lr/.test(failure), failure);
  assert(said.includes(`failed: ${failure}`));
  const rows = table.split("\n").map((line) => line.trim().split(/ {2,}/));
  assertEquals(rows.slice(2, 4).map((cells) => cells.slice(0, 3)), [
    ["1000", "0", "1"],
    ["0.01", "1", "0"],
  ]);
  assertEquals(rows.at(-1), [`failed: lr=1000 seed=42: ${failure}`]);

  assertEquals(said.at(-1), `\n${runs}/../swept/sweep.csv`);
  const csv = Deno.readTextFileSync(`${parent.path}/swept/sweep.csv`).split("\n");
  assertEquals(csv[0].split(",").slice(0, 6), [
    "lr",
    "seed",
    "state",
    "folder",
    "failure",
    "best_epoch",
  ]);
  assertEquals(csv[1], `1000,42,failed,${wild.folder},"${failure}",,,,,`);
  assertEquals(csv[2].split(",").slice(0, 6), ["0.01", "42", "finished", good.folder, "", "1"]);
  const json = JSON.parse(Deno.readTextFileSync(`${parent.path}/swept/sweep.json`));
  assertEquals(json.runs[1].test_acc, good.summary?.test_acc);
  assertEquals([json.runs[0].failure, json.runs[0].config.lr], [failure, 1000]);

  // Nothing is done again; where no run is finished the sweep has failed.
  assertEquals((await swept(runs, 1000, 0.01)).code, 0);
  const alone = await swept(runs, 1000);
  assertEquals([alone.code, alone.said.includes(`run 1 of 1: ${wild.folder}`)], [1, true]);
  assertEquals(runsIn(runs).map(({ folder }) => folder), [wild.folder, good.folder]);

  // Who resumes it all the same hears what comes.
  const heard: string[] = [];
  const screen = { line: (text: string) => heard.push(text), bar() {} };
  await assertRejects(() => trainCommand({ resume: wild.folder }, screen), UserError, failure);
  assertEquals(heard[0], `warning: ${wild.folder} has failed before: ${failure}`);

  // What is no fault of the config makes the sweep fail, and the next run follows all the same.
  Deno.writeTextFileSync(`${good.folder}/summary.json`, "{}");
  const damaged = await swept(runs, 0.01, 1000);
  assertEquals(damaged.code, 1);
  assertStringIncludes(damaged.table, `failed: lr=0.01 seed=42: ${good.folder}/summary.json is`);
  assertStringIncludes(damaged.table, `failed: lr=1000 seed=42: ${failure}`);
});
