import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { compareCommand } from "../../src/commands/compare_command.ts";
import { evaluateCommand } from "../../src/commands/evaluate_command.ts";
import { predictCommand } from "../../src/commands/predict_command.ts";
import { reporter } from "../../src/commands/reporter.ts";
import { reproduceCommand } from "../../src/commands/reproduce_command.ts";
import { sweepCommand } from "../../src/commands/sweep_command.ts";
import { trainCommand } from "../../src/commands/train_command.ts";
import { UserError } from "../../src/errors.ts";
import { decodePictures } from "../../src/image/mod.ts";
import { makeIdx, makePictures } from "../data/made_sets.ts";
import { temporaryFolder } from "../temporary_folder.ts";

const settings = { model: "linear", epochs: 2, batchSize: 8, lr: 0.5 } as const;

/** A screen that keeps its lines. */
function said() {
  const lines: string[] = [];
  return { lines, screen: { line: (text: string) => void lines.push(text), bar() {} } };
}

/** The names of the run folders below a folder. */
const runsIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

/** Trains on data of a user's own; returns the run folder. */
async function trained(data: string, outputDir: string, more = {}): Promise<string> {
  const flags = { ...settings, data, outputDir, ...more };
  assertEquals(await trainCommand(flags, said().screen, reporter), 0);
  return `${outputDir}/${runsIn(outputDir).at(-1)}`;
}

Deno.test("a folder of pictures goes through every command, under the names of its classes", async () => {
  using folder = temporaryFolder();
  const [data, runs] = [`${folder.path}/shapes`, `${folder.path}/runs`];
  makePictures(data, ["circle", "cross", "line"], 12);
  const run = await trained(data, runs, { epochs: 4 });
  const { config, data: name, classes, test_acc } = JSON.parse(
    Deno.readTextFileSync(`${run}/summary.json`),
  );
  assertEquals([name, classes, config.data.path], ["shapes", ["circle", "cross", "line"], data]);
  assert(test_acc > 0.8, `${test_acc}`);
  assertStringIncludes(Deno.readTextFileSync(`${run}/report.html`), "linear on shapes, seed 42");

  const { lines, screen } = said();
  assertEquals(await reproduceCommand(run, {}, screen), 0);
  assertStringIncludes(lines.at(-1)!, "identical: test 6/6");
  const print = (text: string) => void lines.push(text);
  await evaluateCommand(run, {}, print, { colour: false, columns: 80 });
  assertStringIncludes(lines.at(-1)!, "accuracy 1.0000 (6/6)");
  await compareCommand([run], {}, print, 80);

  const picture = `${data}/cross/3.png`;
  const output = { print, complain: print, colour: false };
  const files = { seen: `${folder.path}/seen.png`, saliency: `${folder.path}/why.svg` };
  assertEquals(await predictCommand(run, [picture], { show: true, ...files }, output), 0);
  assertStringIncludes(lines.join("\n"), `${picture}  cross `);
  assertEquals(lines.at(-1)!.split("\n").length, 20, "a line of shades for each row");
  const { data_sha256 } = JSON.parse(Deno.readTextFileSync(`${run}/environment.json`));
  assertEquals(Object.keys(data_sha256).sort(), ["circle/", "cross/", "line/"]);
  Deno.renameSync(data, `${folder.path}/moved`);
  const moved = `${folder.path}/moved/line/1.png`;
  assertEquals(await predictCommand(run, [moved], {}, output), 0);
  assertStringIncludes(lines.at(-1)!, `${moved}  line `);
  const dataDir = `${folder.path}/moved`;
  assertEquals(await reproduceCommand(run, { dataDir }, screen), 0);
  const ground = () => predictCommand(run, [picture], { ground: "dark" }, output);
  await assertRejects(ground, UserError, "--ground is for models of garments");
});

Deno.test("a folder of 200 colour pictures is trained and predicted on in its colours", async () => {
  using folder = temporaryFolder();
  const [data, runs] = [`${folder.path}/signs`, `${folder.path}/runs`];
  makePictures(data, ["circle", "cross", "line"], 67, 3);
  Deno.removeSync(`${data}/line/66.png`);
  for (const model of ["linear", "cnn"]) {
    const run = await trained(data, runs, { model, lr: 0.1, hflip: true, cropPadding: 2 });
    const { config, test_count, test_acc } = JSON.parse(
      Deno.readTextFileSync(`${run}/summary.json`),
    );
    assertEquals([config.data.channels, test_count], [3, 39]);
    if (model === "linear") assert(test_acc > 0.8, `${test_acc}`);
    const report = Deno.readTextFileSync(`${run}/report.html`);
    assertStringIncludes(report, model === "linear" ? "circle, green" : "output 0");
    const lines: string[] = [];
    const print = (text: string) => void lines.push(text);
    const picture = `${data}/cross/3.png`;
    const [seen, why] = [`${folder.path}/seen.png`, `${folder.path}/why.png`];
    const output = { print, complain: print, colour: true };
    const flags = { show: true, seen, saliency: why };
    assertEquals(await predictCommand(run, [picture], flags, output), 0);
    if (model === "linear") assertStringIncludes(lines[0], `${picture}  cross `);
    const [shown, original] = await Promise.all(
      [seen, picture].map(async (path) =>
        (await decodePictures(Deno.readFileSync(path), path, 3))[0]
      ),
    );
    assertEquals(shown, original);
    const [first] = original.pixels;
    assertStringIncludes(lines.at(-1)!, `38;2;${first};${original.pixels[320]};`);
    const [{ width, height }] = await decodePictures(Deno.readFileSync(why), why);
    assertEquals([width, height], [2 * 14 * 16 + 20, 14 * 20]);
  }
});

Deno.test("a run on IDX files of a user's own resumes to the same bits and notices a change", async () => {
  using folder = temporaryFolder();
  const [data, runs] = [`${folder.path}/letters`, `${folder.path}/runs`];
  makeIdx(data, { train: 235, test: 94, classes: 47, height: 10, width: 12 });
  const whole = await trained(data, runs);
  const digest = (run: string) =>
    JSON.parse(Deno.readTextFileSync(`${run}/summary.json`)).weights_sha256;
  const cut = `${folder.path}/cut`;
  const testLabels = `${data}/t10k-labels-idx1-ubyte`;
  const losing = {
    line: (text: string) => {
      if (text.startsWith("epoch 1")) Deno.renameSync(testLabels, `${testLabels}.gone`);
    },
    bar() {},
  };
  const lost = () => trainCommand({ ...settings, data, outputDir: cut }, losing);
  await assertRejects(lost, UserError, "no labels beside it");
  Deno.renameSync(`${testLabels}.gone`, testLabels);
  const resume = `${cut}/${runsIn(cut)[0]}`;
  const refused = () => trainCommand({ resume, data: "synthetic" }, said().screen);
  await assertRejects(
    refused,
    UserError,
    `--data synthetic contradicts ${resume}, which has ${data}`,
  );
  const scaled = () => trainCommand({ resume, imageSize: 8 }, said().screen);
  await assertRejects(
    scaled,
    UserError,
    `--image-size 8 contradicts ${resume}, which has none`,
  );
  const labels = `${data}/train-labels-idx1-ubyte`;
  const bytes = Deno.readFileSync(labels);
  Deno.writeFileSync(labels, bytes.with(8, 2));
  const changed = `The data in ${data} are not those of the run`;
  await assertRejects(() => trainCommand({ resume }, said().screen), UserError, changed);
  await assertRejects(() => reproduceCommand(whole, {}, said().screen), UserError, changed);
  Deno.writeFileSync(labels, bytes);
  assertEquals(await reproduceCommand(whole, {}, said().screen), 0);
  assertEquals(await trainCommand({ resume, data }, said().screen), 0);
  assertEquals(digest(resume), digest(whole));
});

Deno.test("a sweep and evaluate on other data of a user's own say what they need", async () => {
  using folder = temporaryFolder();
  const [letters, shapes] = [`${folder.path}/letters`, `${folder.path}/shapes`];
  const outputDir = `${folder.path}/runs`;
  makeIdx(letters, { train: 60, classes: 4, height: 9, width: 9 });
  makePictures(shapes, ["circle", "line"], 5);
  const { lines, screen } = said();
  const planned = [1, 2].map((seed) => ({
    flags: { ...settings, seed, data: letters, outputDir },
  }));
  assertEquals(await sweepCommand(planned, screen), 0);
  assertEquals(await sweepCommand(planned, screen), 0);
  assertEquals(runsIn(outputDir).length, 2, "the second sweep finds the runs of the first");
  assertStringIncludes(lines.at(-1)!, "linear      2");
  const late = () =>
    sweepCommand([...planned, {
      flags: { ...planned[0].flags, seed: 3, trainSize: 45 },
    }], screen);
  await assertRejects(late, UserError, "Cannot train on 45 images");
  const run = `${outputDir}/${runsIn(outputDir)[0]}`;
  const other = () =>
    evaluateCommand(run, { data: shapes }, () => {}, { colour: false, columns: 80 });
  await assertRejects(other, UserError, "1 x 9 x 9 in 4 classes; shapes/test has 1 x 20 x 16 in 2");
  const wrong: [object, string][] = [
    [{ cropPadding: 9 }, "--crop-padding 9 is too much for images of 9 x 9"],
    [{ normalize: "0:1/0:1/0:1" }, "--normalize 0:1/0:1/0:1 has the figures of 3 channels, and"],
    [{ cutout: 9 }, "--cutout 9 is too much for images of 9 x 9"],
    [{ trainSize: 48, bestBy: "loss" }, "--best-by needs validation images, which --train-size 48"],
    [{ trainSize: 45 }, "Cannot train on 45 images: take 1 to 40, or 48"],
    [{ model: "cnn", data: shapes, imageSize: 3 }, "The model cnn is not for images of 3 x 3"],
    [
      { model: "lenet5", data: shapes, imageSize: 4 },
      "The model lenet5 is not for images of 4 x 4",
    ],
    [{ model: "notes.txt" }, "a module of one's own ends in .ts or .js"],
  ];
  for (const [flags, message] of wrong) {
    const train = () => trainCommand({ ...settings, data: letters, outputDir, ...flags }, screen);
    await assertRejects(train, UserError, message);
  }
  assertEquals(runsIn(outputDir).length, 2, "nothing is written");
});
