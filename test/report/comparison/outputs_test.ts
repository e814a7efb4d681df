import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { compareRuns } from "../../../src/report/comparison/comparison.ts";
import { classesCsv, imagesCsv, modelsCsv, pairsCsv } from "../../../src/report/comparison/csv.ts";
import { writeComparison } from "../../../src/report/comparison/files.ts";
import { comparisonMarkdown } from "../../../src/report/comparison/markdown.ts";
import { comparisonText, tableText } from "../../../src/report/comparison/text.ts";
import { temporaryFolder } from "../../temporary_folder.ts";
import { madeRun, test } from "./made_runs.ts";

const comparison = compareRuns([
  madeRun({ seed: 1 }, "000011110022"),
  madeRun({ seed: 2 }, "000011110000"),
  madeRun({ model: "cnn" }, "000011112201"),
], test);

Deno.test("the terminal's tables have every figure, and lines fit the width", () => {
  for (const width of [60, 80, 120]) {
    const text = comparisonText(comparison, width);
    for (const line of text.split("\n")) assert(line.length <= width, line);
  }
  const lines = comparisonText(comparison, Infinity).split("\n");
  const models = lines.indexOf("Models");
  assertEquals(
    lines.slice(models + 1, models + 4).map((line) => line.split(/ {2,}/)),
    [
      ["model", "seeds", "accuracy %", "95 % interval", "loss", "ECE %"],
      ["cnn", "1", "83.33", "55.20–95.30", "0.9000", "35.94"],
      ["linear", "2", "75.00 ± 11.79", "46.77–91.11", "0.9100 ± 0.0141", "39.19 ± 7.92"],
    ].map((cells, i) => [
      ...cells,
      ...[
        ["parameters", "training s", "images/s", "weights kB"],
        ["7850", "10.0", "5000", "32.0"],
        ["7850", "10.0 ± 0.0", "5000 ± 0", "32.0"],
      ][i],
    ]),
  );
  assert(lines.some((line) => /^cnn \/ linear +66\.67 +2 +2 +1\.000 +1\.000$/.test(line)));
  assert(lines.some((line) => /^shoe +50\.0 +25\.0 \(−25\.0\)$/.test(line)));
  assert(
    lines.some((line) => /^cnn \/ linear +2 +9 shoe → coat, long$/.test(line)),
    lines.join("\n"),
  );
});

Deno.test("columns that do not fit go below, with the rows' names again", () => {
  const table = { title: "T", head: ["n", "one", "two"], rows: [["r", "1", "2"]], note: "N" };
  assertEquals(tableText(table, 8), "T\nn  one\nr    1\n\nn  two\nr    2\nN");
  assertEquals(tableText(table, 3), tableText(table, 8));
  assertEquals(tableText(table, Infinity), "T\nn  one  two\nr    1    2\nN");
});

Deno.test("Markdown has a row for each model, and keeps its own signs from names", () => {
  const text = comparisonMarkdown(comparison, "curves.svg");
  assertMatch(
    text,
    /\| model \| seeds \| accuracy % \|.*\n\| :-- \| --: \| --: .*\n\| cnn \| 1 \| 83/,
  );
  assertStringIncludes(text, "![Loss and accuracy over the epochs](curves.svg)");
  const odd = { ...comparison, notes: ["a|b <c> *d*"] };
  assertStringIncludes(comparisonMarkdown(odd, ""), "- a\\|b \\<c\\> \\*d\\*");
});

Deno.test("CSV files have a line for each model, pair, class and disputed image", () => {
  const lines = (text: string) => text.trimEnd().split("\n");
  assertEquals(lines(modelsCsv(comparison)).map((line) => line.split(",").length), [14, 14, 14]);
  assertMatch(lines(modelsCsv(comparison))[2], /^linear,1 2,0\.75,0\.117/);
  assertEquals(lines(pairsCsv(comparison))[1], "cnn,linear,0.6666666666666666,8,2,2,0,1,1");
  assertEquals(lines(classesCsv(comparison))[1], '"coat, long",1,1');
  assertEquals(lines(imagesCsv(comparison)).slice(0, 2), [
    "image,class,cnn,cnn confidence,linear,linear confidence",
    '8,shoe,shoe,0.625,"coat, long",0.625',
  ]);
  assertEquals(lines(imagesCsv(comparison)).length, 5);
});

Deno.test("the folder of a comparison has every file, and the page needs no other", () => {
  using folder = temporaryFolder();
  const path = writeComparison(comparison, `${folder.path}/new/folder`);
  const names = [...Deno.readDirSync(`${folder.path}/new/folder`)].map(({ name }) => name).sort();
  assertEquals(names, [
    ...["classes.csv", "comparison.html", "comparison.json", "comparison.md", "convergence.svg"],
    ...["images.csv", "models.csv", "pairs.csv"],
  ]);
  const page = Deno.readTextFileSync(path);
  assertEquals(page.match(/(?:src|href)="(?!data:image\/png;base64,)[^"]*"/g), null);
  assertEquals(page.match(/@import|url\(|<script|<link/g), null);
  assertEquals(page.match(/<image /g)?.length, 4);
  assertStringIncludes(page, "SYNTHETIC data: these figures say nothing about Fashion-MNIST.");
  const record = JSON.parse(Deno.readTextFileSync(`${folder.path}/new/folder/comparison.json`));
  assertEquals(record.models[1].test_acc.mean, 0.75);
  assertEquals(record.models[0].test_acc.deviation, null);
  assertEquals(record.pairs[0].only_first_right, [9, 8]);
});

Deno.test("a single model is described alone", () => {
  const alone = compareRuns([madeRun({}, "000011112222")], test);
  const text = comparisonText(alone, 80);
  assert(!text.includes("Pairs") && !text.includes("Images"), text);
  assertMatch(text, /^shoe +100\.0$/m);
  using folder = temporaryFolder();
  writeComparison(alone, folder.path);
  assertEquals(Deno.readTextFileSync(`${folder.path}/pairs.csv`).split("\n").length, 2);
});
