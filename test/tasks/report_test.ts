import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { program } from "../../src/program.ts";
import { temporaryFolder } from "../temporary_folder.ts";
import { start } from "../torture/child_process.ts";
import { runTask } from "./run_task.ts";

const synthetic = ["--model", "linear", "--data", "synthetic", "--train-size", "2000"];

/** The one run folder in a folder. */
function onlyRun(parent: string): string | undefined {
  const [entry] = [...Deno.readDirSync(parent)].filter(({ name }) => !name.startsWith("."));
  return entry && `${parent}/${entry.name}`;
}

const exists = (path: string) => {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
};

Deno.test("train ends with a report, and report writes the same one anew", async () => {
  using parent = temporaryFolder();
  const trained = await runTask(
    "train",
    ...synthetic,
    "--epochs",
    "1",
    "--output-dir",
    parent.path,
  );
  assertEquals(trained.code, 0, trained.stderr);
  const folder = onlyRun(parent.path)!;
  const path = `${folder}/report.html`;
  assert(trained.stdout.endsWith(`${path}\n`), trained.stdout);
  const before = Deno.readTextFileSync(path);
  Deno.removeSync(path);
  const reported = await runTask("report", `${folder}/`);
  assertEquals([reported.code, reported.stdout], [0, `${path}\n`], reported.stderr);
  assertEquals(Deno.readTextFileSync(path), before);
});

Deno.test("a run that was killed half-way has a report after report, and a live one has none", async () => {
  using parent = temporaryFolder();
  const child = start(
    "../../tasks/train.ts",
    ...synthetic,
    ...["--epochs", "2000", "--checkpoint-every", "20", "--output-dir", parent.path],
  );
  try {
    await until(() => {
      const folder = onlyRun(parent.path);
      return folder !== undefined && rowsOf(folder) >= 3;
    });
    const folder = onlyRun(parent.path)!;
    const live = await runTask("report", folder);
    assertEquals(live.code, 1);
    assertMatch(
      live.stderr,
      /^error: .* is in use by process \d+: wait for it, or stop it first\n$/,
    );
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
  const folder = onlyRun(parent.path)!;
  assert(!exists(`${folder}/report.html`));
  const { code, stdout, stderr } = await runTask("report", folder);
  assertEquals([code, stdout], [0, `${folder}/report.html\n`], stderr);
  const html = Deno.readTextFileSync(`${folder}/report.html`);
  assertMatch(html, /interrupted at step <data [^>]*>[\d,]+<\/data> of 126,000/);
  assertStringIncludes(html, `${program} train --resume ${folder}`);
  assert(!html.includes("test_acc"));
  assert(exists(`${folder}/curves.svg`) && !exists(`${folder}/confusion_matrix.svg`));
});

Deno.test("report says in one sentence what is no run, and which flag is unknown", async () => {
  using parent = temporaryFolder();
  const none = await runTask("report", parent.path);
  assertEquals(none.code, 1);
  assertEquals(
    none.stderr,
    `error: ${parent.path} is not a run folder: it has no config.json\n`,
  );
  assertEquals([...Deno.readDirSync(parent.path)], []);
  const missing = await runTask("report");
  assertEquals([missing.code, missing.stderr.includes("Which run?")], [2, true]);
  const unknown = await runTask("report", parent.path, "--devise", "cpu");
  assertEquals([unknown.code, unknown.stderr.includes("--device")], [2, true]);
});

const rowsOf = (folder: string) =>
  exists(`${folder}/metrics.csv`)
    ? Deno.readTextFileSync(`${folder}/metrics.csv`).split("\n").length - 2
    : 0;

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 1200) throw new Error("it has not come to that in a minute");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
