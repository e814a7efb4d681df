import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { DOMParser } from "linkedom";
import { reporter } from "../../src/commands/reporter.ts";
import { writeReport } from "../../src/report/write_report.ts";
import { UserError } from "../../src/errors.ts";
import { Run } from "../../src/run/run.ts";
import { trainRun, type TrainRunOptions } from "../../src/run/train_run.ts";
import { modelOf } from "../../src/train/recipe.ts";
import { FaultyFiles } from "../storage/faulty_files.ts";
import { config, data, environment, test, trainTo } from "../train/fixtures.ts";
import { temporaryFolder } from "../temporary_folder.ts";
import type { SvgElement } from "../picture/svg.ts";

const settings = config({ trainSize: 70 });
const resumeCommand = "go on with it";

/** Trains a run to its end, with a report. */
async function finished(parent: string, changes: Partial<TrainRunOptions> = {}, of = settings) {
  using run = Run.create(of, environment, parent);
  const said: string[] = [];
  const code = await trainRun(run, {
    data,
    loadTest: () => Promise.resolve(test),
    screen: { line: (text) => said.push(text), bar() {} },
    resumeCommand: "the command",
    reporter,
    ...changes,
  });
  return { folder: run.folder, code, said };
}

/** Trains a run up to a step, as if its process had been killed there. */
async function killed(parent: string, step: number, checkpointEvery?: string) {
  using run = Run.create(settings, environment, parent);
  if (step > 0) await trainTo(run, step, checkpointEvery, modelOf(settings));
  return run.folder;
}

const read = (path: string) => Deno.readTextFileSync(path);
const parsed = (path: string) =>
  new DOMParser().parseFromString(read(path), "text/html").documentElement as unknown as SvgElement;
const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

/** The value of a figure in a report. */
function valueOf(page: SvgElement, name: string): string | null {
  const [found] = page.querySelectorAll(`data[data-name="${name}"]`);
  return found?.getAttribute("value") ?? null;
}

Deno.test("a run that ends has a report with all its pictures, and the run is as without one", async () => {
  using parent = temporaryFolder();
  const { folder, code, said } = await finished(parent.path);
  assertEquals(code, 0);
  assertEquals(said.at(-1), `${folder}/report.html`);
  assert(names(folder).includes("curves.svg") && names(folder).includes("confusion_matrix.svg"));
  const page = parsed(`${folder}/report.html`);
  const pictures = [...page.querySelectorAll("figure svg")];
  assertEquals(pictures.length, 7);
  for (const picture of pictures) assertStringIncludes(picture.textContent, "SYNTHETIC");
  assertStringIncludes(read(`${folder}/report.html`), read(`${folder}/curves.svg`).trim());
  const without = await finished(parent.path, { reporter: undefined });
  const weights = (path: string) => JSON.parse(read(`${path}/summary.json`)).weights_sha256;
  assertEquals(weights(without.folder), weights(folder));
  assertEquals(valueOf(page, "weights_sha256"), weights(folder));
  assert(!names(without.folder).includes("report.html"));
});

Deno.test("a report asks for no other file, and runs nothing", async () => {
  using parent = temporaryFolder();
  const { folder } = await finished(parent.path);
  const html = read(`${folder}/report.html`);
  assertEquals([...html.matchAll(/<(script|link|iframe|object|embed)\b/g)], []);
  const addresses = [...html.matchAll(/\b(?:src|href)="([^"]*)"/g)].map(([, address]) => address);
  assert(addresses.length > 0);
  assert(addresses.every((address) => address.startsWith("data:image/png;base64,")));
  assertEquals([...html.matchAll(/url\(|@import/g)], []);
});

Deno.test("a run that a signal stops has a report that says where it stands and how to resume it", async () => {
  using parent = temporaryFolder();
  let lines = 0;
  const said: string[] = [];
  const screen = {
    line(text: string) {
      said.push(text);
      if (text.startsWith("epoch") && lines++ === 0) Deno.kill(Deno.pid, "SIGTERM");
    },
    bar() {},
  };
  // Long enough to be still training when the signal is heard, however fast the machine.
  const long = config({ trainSize: 70, epochs: 10_000 });
  const session = { screen, resumeCommand: "a <command>" };
  const { folder, code } = await finished(parent.path, session, long);
  assertEquals(code, 143);
  assertEquals(said.at(-1), `${folder}/report.html`);
  const page = parsed(`${folder}/report.html`);
  const step = Number(valueOf(page, "step"));
  assert(step >= 5 && step < 50_000, `${step}`);
  assertStringIncludes(page.textContent, `interrupted at step ${step} of 50`);
  assertStringIncludes(read(`${folder}/report.html`), "<code>a &lt;command&gt;</code>");
  assertEquals([valueOf(page, "test_acc"), names(folder).includes("confusion_matrix.svg")], [
    null,
    false,
  ]);
  // A stop is heard after a step at the earliest, and the epoch it falls in is not validated.
  assertStringIncludes(read(`${folder}/curves.svg`), `${Math.ceil(step / 5) - 1} of 10000 epochs`);
});

Deno.test("a run that was killed has a report of what its last checkpoint holds", async () => {
  using parent = temporaryFolder();
  const folder = await killed(parent.path, 8, "1");
  // What the process wrote after the checkpoint, and a line that was cut.
  Deno.writeTextFileSync(`${folder}/metrics.csv`, "2,10,0.1,1", { append: true });
  await writeReport(folder, { resumeCommand, tell: assertSilent });
  const page = parsed(`${folder}/report.html`);
  assertEquals(valueOf(page, "step"), "8");
  assertEquals([...page.querySelectorAll("tbody tr th")][0].textContent, "1 (best)");
  assertStringIncludes(page.textContent, resumeCommand);
});

Deno.test("a run that was killed before its first checkpoint has a report without curves", async () => {
  using parent = temporaryFolder();
  const folder = await killed(parent.path, 0);
  await writeReport(folder, { resumeCommand, tell: assertSilent });
  const page = parsed(`${folder}/report.html`);
  assertEquals(valueOf(page, "step"), "0");
  assertStringIncludes(page.textContent, "No epoch is complete");
  assertEquals([...page.querySelectorAll("svg")].length, 0);
});

Deno.test("a damaged checkpoint is passed over, and the report says so", async () => {
  using parent = temporaryFolder();
  const folder = await killed(parent.path, 8, "1");
  const path = `${folder}/checkpoints/last.safetensors`;
  const bytes = Deno.readFileSync(path);
  bytes[bytes.length - 1] ^= 1;
  Deno.writeFileSync(path, bytes);
  const told: string[] = [];
  await writeReport(folder, { resumeCommand, tell: (text) => told.push(text) });
  assertStringIncludes(told[0], "last.safetensors");
  assertEquals(valueOf(parsed(`${folder}/report.html`), "step"), "7");
});

Deno.test("a report of a finished run is refused where weights, images or figures do not fit", async () => {
  using parent = temporaryFolder();
  const { folder } = await finished(parent.path, { reporter: undefined });
  const other = { ...test, digests: { "synthetic/test": "0" } };
  await assertRejects(
    () => writeReport(folder, { resumeCommand, test: other }),
    UserError,
    "was made with other data",
  );
  const path = `${folder}/summary.json`;
  const summary = JSON.parse(read(path));
  const [row] = summary.confusion_matrix;
  row.push(row.shift());
  Deno.writeTextFileSync(path, JSON.stringify(summary));
  await assertRejects(() => writeReport(folder, { resumeCommand, test }), UserError, "disagree");
  Deno.writeTextFileSync(path, "{");
  await assertRejects(
    () => writeReport(folder, { resumeCommand, test }),
    UserError,
    "not valid JSON",
  );
  assert(!names(folder).includes("report.html"));
});

Deno.test("a disk that fails at any moment leaves the report before or the new one, whole", async () => {
  using parent = temporaryFolder();
  const { folder } = await finished(parent.path);
  const before = read(`${folder}/report.html`);
  const files = new FaultyFiles("ENOSPC");
  await writeReport(folder, { resumeCommand, test, files });
  const count = files.operations.length;
  assertEquals(files.operations.filter((name) => name === "rename").length, 3);
  for (let failing = 0; failing < count; failing++) {
    const faulty = new FaultyFiles("ENOSPC", failing);
    await assertRejects(
      () => writeReport(folder, { resumeCommand, test, files: faulty }),
      UserError,
      "Cannot write",
    );
    assertEquals(read(`${folder}/report.html`), before);
    assertEquals(names(folder).filter((name) => name.endsWith(".tmp")), []);
  }
});

Deno.test("a report that cannot be written is a warning, and the run is finished", async () => {
  using parent = temporaryFolder();
  const failing = () => Promise.reject(new UserError("the disk is full"));
  const { folder, code, said } = await finished(parent.path, { reporter: failing });
  assertEquals(code, 0);
  assertEquals(said.at(-1), `warning: No report of ${folder}: the disk is full`);
  assert(names(folder).includes("summary.json"));
});

function assertSilent(text: string): void {
  throw new Error(`said ${text}`);
}

Deno.test("a run that failed has a report that says why, and not how to resume it", async () => {
  using parent = temporaryFolder();
  const folder = await killed(parent.path, 8, "1");
  Deno.writeTextFileSync(`${folder}/failure.json`, '{ "message": "The loss of <step> 9 is NaN" }');
  await writeReport(folder, { resumeCommand, tell: assertSilent });
  const { textContent } = parsed(`${folder}/report.html`);
  assertStringIncludes(textContent, "This run has failed: The loss of <step> 9 is NaN.");
  assert(!textContent.includes(resumeCommand) && !textContent.includes("interrupted"));
});
