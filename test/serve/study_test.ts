import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Ledger, type NewTrial } from "../../src/study/ledger.ts";
import { specOf } from "../../src/study/spec.ts";
import { temporaryFolder } from "../temporary_folder.ts";
import { metricsOf, writeRun } from "./run_folders.ts";
import { get, serve } from "./test_server.ts";

/** Begins a study of three trials, and ends the first of them. */
function begun(folder: string): Ledger {
  Deno.mkdirSync(folder);
  const given = [{ key: "lr", value: [0.1, 0.01, 0.001], place: "lr" }];
  const spec = specOf({ models: [{ name: "linear", given: [], place: "" }], given }, new Map());
  const ledger = Ledger.open(folder, { journal: "wal" });
  ledger.set("objective", "accuracy");
  ledger.set("spec", JSON.stringify({ spec }));
  const trials = [0.1, 0.01, 0.001].map((lr, n): NewTrial => ({
    n,
    point: { model: "linear", values: { lr } },
    runs: [{ seed: 42, configText: `{ "lr": ${lr} }`, folder: `0000${n}-s42` }],
  }));
  ledger.begin(0, trials, { until: 1_000_000 }, []);
  end(ledger, folder, 0);
  return ledger;
}

/** Ends a trial as training does. */
function end(ledger: Ledger, folder: string, n: number): void {
  writeRun(folder, `0000${n}-s42`, { finished: false });
  const history = [1, 2, 3, 4].map((epoch) => metricsOf(epoch, 42 + n));
  const [run] = ledger.trials()[n].runs;
  ledger.finish(run, { state: "complete", history, digests: ["a", "b", "c", "d"] });
}

Deno.test("a study has a page with its table and pictures, which follows it, and leads to its runs", async () => {
  using parent = temporaryFolder();
  const folder = `${parent.path}/s`;
  using ledger = begun(folder);
  await using server = serve(parent.path);
  assertStringIncludes((await get(server.address)).text, 'href="runs/s">s</a>');
  const address = `${server.address}runs/s`;
  const first = await get(address);
  assertEquals(first.status, 200);
  assertStringIncludes(first.text, "3 trials: 1 complete, 2 open, chosen by val_acc");
  assert(first.text.match(/<figure>/g)!.length >= 4, "a picture is missing");

  end(ledger, folder, 1);
  // What a large study costs to read, it rests: until then the page is the one before.
  const later = async () => {
    for (;;) {
      const { text } = await get(address);
      if (text.includes("2 complete, 1 open")) return text;
    }
  };
  assertStringIncludes(await later(), 'href="s/00001-s42">00001-s42</a>');
  const run = await get(`${address}/00001-s42`);
  assertStringIncludes(run.text, "A trial of a study, trained for 4 of 4 epochs and not tested.");
  assertStringIncludes(run.text, 'href="00001-s42/metrics.csv"');
  assertEquals((await get(`${address}/00001-s42/metrics.csv`)).status, 200);
  for (const nothing of ["study.sqlite", "00009-s42", ".processes"]) {
    const { status, text } = await get(`${address}/${nothing}`);
    assertEquals([status, text.includes("Not found")], [404, true], nothing);
  }
  assertEquals(server.errors, []);
});

Deno.test("a study that cannot be read has a page that says so", async () => {
  using parent = temporaryFolder();
  Deno.mkdirSync(`${parent.path}/s`);
  Deno.writeTextFileSync(`${parent.path}/s/study.sqlite`, "no database".repeat(100));
  await using server = serve(parent.path);
  const { status, text } = await get(`${server.address}runs/s`);
  assertEquals([status, /study\.sqlite|file is not a database/.test(text)], [200, true], text);
});
