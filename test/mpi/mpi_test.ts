import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { readRun } from "../../src/run/mod.ts";
import { runTask } from "../tasks/run_task.ts";
import { smallData } from "../study/small_data.ts";
import { temporaryFolder } from "../temporary_folder.ts";
import { lines, pause } from "../torture/child_process.ts";
import { children, mpirun, note, runs, taskFlags, without } from "./mpirun.ts";

const ignore = without !== undefined;
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** A training of epochs that take milliseconds, without shards and with some. */
function trainings(folder: string) {
  const plain = ["--model", "nonlinear", "--hidden", "8", "--epochs", "40"]
    .concat("--batch-size", "80", "--data", smallData(folder));
  return { plain, sharded: [...plain, "--shards", "4"] };
}

/** The one run folder below a parent. */
function onlyRun(parent: string): string {
  const [{ name }, ...others] = [...Deno.readDirSync(parent)];
  assertEquals(others, []);
  return `${parent}/${name}`;
}

/** What decides whether two runs are the same: figures and digests, without times. */
function outcome(folder: string) {
  const { summary } = readRun(folder);
  const { name: _name, times: _times, ...figures } = summary!;
  return { figures, digests: Deno.readTextFileSync(`${folder}/weights.jsonl`) };
}

/** Starts processes, waits until the first one says something, and does something to them. */
async function interrupted(
  command: Deno.Command,
  said: RegExp,
  act: (ranks: readonly number[]) => void,
) {
  const process = command.spawn();
  const stderr = new Response(process.stderr).text();
  const heard: string[] = [];
  let ranks: number[] = [];
  let begun = NaN;
  for await (const line of lines(process.stdout)) {
    heard.push(line.trimEnd());
    if (ranks.length > 0 || !said.test(line)) continue;
    ranks = children(process.pid);
    begun = performance.now();
    act(ranks);
  }
  const { code } = await process.status;
  while (ranks.some(runs)) await pause(20);
  const milliseconds = performance.now() - begun;
  return { code, heard, ranks, milliseconds, stderr: await stderr };
}

Deno.test({
  name: `1, 2 and 4 processes under MPI train to the bits of one without${note}`,
  ignore,
  fn: async () => {
    const child = ["run", "-q", "--no-check", "-P=test", "--import-map=.wick/import_map.json"]
      .concat("test/mpi/child.ts");
    const alone = await new Deno.Command(Deno.execPath(), { args: child }).output();
    const expected = text(alone.stdout);
    assertMatch(expected, /^cnn [0-9a-f]{64} \{"epoch":3.*\nbatch norm and dropout [0-9a-f]{64} /);
    for (const processes of [1, 2, 4]) {
      const { stdout, stderr } = await mpirun(processes, child).output();
      assertEquals(text(stdout), expected, text(stderr));
    }
  },
});

Deno.test({
  name: `processes stop together, one that is killed ends all, and other numbers go on${note}`,
  ignore,
  fn: async () => {
    using parent = temporaryFolder();
    using other = temporaryFolder();
    using files = temporaryFolder();
    const { sharded } = trainings(files.path);
    assertEquals((await runTask("train", ...sharded, "--output-dir", parent.path)).code, 0);
    const expected = outcome(onlyRun(parent.path));

    const train = taskFlags("train");
    const begun = await interrupted(
      mpirun(4, [...train, ...sharded, "--output-dir", other.path]),
      /^epoch +1\//,
      (ranks) => Deno.kill(ranks.at(-1)!, "SIGTERM"),
    );
    const folder = onlyRun(other.path);
    assertEquals([begun.ranks.length, begun.code], [4, 143]);
    assertEquals(begun.heard.filter((line) => /^epoch +1\//.test(line)).length, 1);
    assertMatch(begun.heard.join("\n"), /^stopped by SIGTERM, saved at step \d+ of \d+$/m);
    const resume = begun.heard.find((line) => line.startsWith("to resume: "));
    assertStringIncludes(resume ?? "", `mpirun -n 4 `);
    assertEquals(readRun(folder).finished, false);

    const killed = await interrupted(
      mpirun(3, [...train, "--resume", folder, "--checkpoint-every", "1"]),
      /^epoch /,
      (ranks) => Deno.kill(ranks.at(-1)!, "SIGKILL"),
    );
    assertEquals([killed.ranks.length, killed.code], [3, 137]);
    assert(killed.milliseconds < 5000, `ended after ${killed.milliseconds} ms`);
    assertEquals(readRun(folder).finished, false);

    const { code, stderr } = await mpirun(2, [...train, "--resume", folder]).output();
    assertEquals(code, 0, text(stderr));
    assertEquals(outcome(folder), expected);
    const environment = JSON.parse(Deno.readTextFileSync(`${folder}/environment.json`));
    assertEquals([environment, ...environment.resumed].map(({ processes }) => processes), [
      4,
      3,
      2,
    ]);
  },
});

Deno.test({
  name: `what processes cannot train together is refused in one sentence${note}`,
  ignore,
  fn: async () => {
    using parent = temporaryFolder();
    using files = temporaryFolder();
    const { plain, sharded } = trainings(files.path);
    const refused = async (processes: number, args: string[]) => {
      const { code, stderr, stdout } = await mpirun(processes, args).output();
      assertEquals([...Deno.readDirSync(parent.path)], []);
      assertEquals(text(stdout), "");
      return [code, text(stderr).split("\n").filter((line) => line.startsWith("error: "))];
    };
    const output = ["--output-dir", parent.path];
    assertEquals(await refused(3, [...taskFlags("train"), ...plain, "--shards", "2", ...output]), [
      2,
      [
        "error: mpirun has started 3 processes, which divide the shards of a batch, and --shards is 2: " +
        "start no more processes than shards",
      ],
    ]);
    const train = [...taskFlags("train"), ...sharded, ...output];
    const others = [":", "-n", "1", Deno.execPath(), ...train, "--seed", "7"];
    assertEquals(await refused(1, [...train, ...others]), [1, [
      "error: Process 1 of mpirun has other settings or data than process 0: every machine needs the " +
      "same checkout, data and run folder",
    ]]);
  },
});
