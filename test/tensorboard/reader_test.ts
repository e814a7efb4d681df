import { assertEquals } from "@std/assert";
import { decode } from "fast-png";
import { configRecord } from "../../src/config/config_file.ts";
import { parseMetrics } from "../../src/run/metrics_reader.ts";
import { Run } from "../../src/run/run.ts";
import { confusionTable } from "../../src/tensorboard/confusion_table.ts";
import { trainRun } from "../../src/run/train_run.ts";
import { python, pythonHas } from "../python.ts";
import { config, data, environment, layer, test, trainTo } from "../train/fixtures.ts";
import { temporaryFolder } from "../temporary_folder.ts";
import { lines } from "../torture/child_process.ts";

/** What read_events.py prints. */
interface Found {
  readonly files: number;
  readonly records: number;
  readonly scalars: Record<string, [step: number, value: number][]>;
  readonly times: number[];
  readonly images: Record<string, [step: number, width: number, height: number][]>;
  readonly texts: Record<string, [step: number, text: string][]>;
  readonly settings: Record<string, unknown>;
  readonly status: number | null;
}

const installed = pythonHas("tensorboard");
const ignore = !installed;
const needs = installed ? "" : " (needs a python3 with tensorboard: pip install tensorboard)";
const success = 1;

async function read(folder: string, picture: string): Promise<Found> {
  return JSON.parse(await python(new URL("read_events.py", import.meta.url), folder, picture));
}

/** The figures of metrics.csv as TensorBoard's scalars: a step an epoch, f32 values. */
function scalarsOf(folder: string): Found["scalars"] {
  const path = `${folder}/metrics.csv`;
  const scalars: Found["scalars"] = {};
  for (const { epoch, step: _, ...figures } of parseMetrics(Deno.readTextFileSync(path), path)) {
    for (const [name, value] of Object.entries(figures)) {
      (scalars[name] ??= []).push([epoch, Math.fround(value)]);
    }
  }
  return scalars;
}

Deno.test({
  name: `TensorBoard reads a finished run as its own files tell it${needs}`,
  ignore,
  async fn() {
    using parent = temporaryFolder();
    using run = Run.create(config({ epochs: 3, hflip: true }), environment, parent.path);
    await trainRun(run, {
      data,
      loadTest: () => Promise.resolve(test),
      layer,
      screen: { line() {}, bar() {} },
      resumeCommand: "",
    });
    const picture = `${parent.path}/picture.png`;
    const found = await read(run.folder, picture);
    const { test_loss, test_acc, confusion_matrix, classes } = JSON.parse(
      Deno.readTextFileSync(`${run.folder}/summary.json`),
    );
    assertEquals(found.scalars, {
      ...scalarsOf(run.folder),
      test_loss: [[3, Math.fround(test_loss)]],
      test_acc: [[3, Math.fround(test_acc)]],
    });
    assertEquals(found.settings, configRecord(run.config));
    assertEquals(found.status, success);
    // The version, the settings, three epochs, the test's figures, the picture, the table, the end.
    assertEquals([found.files, found.records], [1, 9]);
    const { width, height, channels } = decode(Deno.readFileSync(picture));
    assertEquals(found.images, { confusion_matrix: [[3, width, height]] });
    assertEquals(channels, 3);
    const table = confusionTable(confusion_matrix, classes);
    assertEquals(found.texts, { "confusion_matrix/counts": [[3, table]] });
  },
});

Deno.test({
  name: `TensorBoard finds every epoch once in a run that was interrupted${needs}`,
  ignore,
  async fn() {
    using parent = temporaryFolder();
    const folder = await interrupted(parent.path);
    const [name] = eventFiles(folder);
    // A crash may leave the next epoch there, a record that is cut, and a file that was not ready.
    const before = Deno.readFileSync(`${folder}/${name}`);
    Deno.writeFileSync(`${folder}/${name}`, before.subarray(-200), { append: true });
    Deno.writeFileSync(`${folder}/${name}`, before.subarray(0, 50), { append: true });
    Deno.writeFileSync(`${folder}/${name}.tmp`, before.subarray(0, 50));
    using run = Run.open(folder);
    await trainTo(run);
    const found = await read(folder, `${parent.path}/none.png`);
    assertEquals(found.scalars, scalarsOf(folder));
    assertEquals(found.scalars.val_acc.map(([step]) => step), [1, 2, 3, 4]);
    // The version, the settings, two epochs; the mark, and the second epoch again with the others.
    assertEquals([found.files, found.records, found.status], [1, 8, null]);
    assertEquals(eventFiles(folder), [name]);
    assertEquals(found.times.toSorted(), found.times);
  },
});

Deno.test({
  name: `an open TensorBoard follows a run that is resumed${needs}`,
  ignore,
  async fn() {
    using parent = temporaryFolder();
    const folder = await interrupted(parent.path);
    const reader = new Deno.Command("python3", {
      args: [new URL("follow_events.py", import.meta.url).pathname, folder],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const answers = lines(reader.stdout);
    const steps = async (): Promise<number[]> => JSON.parse((await answers.next()).value ?? "null");
    assertEquals(await steps(), [1, 2]);
    using run = Run.open(folder);
    await trainTo(run);
    const writer = reader.stdin.getWriter();
    await writer.write(new TextEncoder().encode("\n"));
    assertEquals(await steps(), [1, 2, 3, 4]);
    await writer.close();
    await reader.status;
    await answers.return(undefined);
  },
});

/** A run folder whose process was stopped in the middle of the third of four epochs. */
async function interrupted(parent: string): Promise<string> {
  using run = Run.create(config({ epochs: 4 }), environment, parent);
  await trainTo(run, 12);
  return run.folder;
}

const eventFiles = (folder: string) =>
  [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => name.includes("tfevents"));
