import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { classifierPage } from "../../../src/export/mod.ts";
import { decodePictures, prepare } from "../../../src/image/mod.ts";
import { cnn } from "../../../src/models/mod.ts";
import { fashionMnist } from "../../../src/data/mod.ts";
import { build, mirrored, type Module } from "../../../src/nn/mod.ts";
import { noGradients, Random, scope, Tensor } from "../../../src/tensor/mod.ts";
import { saliency } from "../../../src/predict/saliency.ts";
import { makesPages } from "../../../src/export/page/script.ts";
import { barriers } from "../../accessibility.ts";
import { browserTest } from "../../browser.ts";
import { complaintsOf, draw, drop, shown, until } from "../../classifier_page.ts";
import { readFile } from "../../image/picture_files.ts";
import { temporaryFolder } from "../../temporary_folder.ts";

/** The library's scores of an image. */
const scoresOf = (model: Module, image: ArrayLike<number>): number[] =>
  scope(() =>
    noGradients(() => {
      const data = Float32Array.from(image, (pixel) => pixel / 255);
      return model.forward(Tensor.from(data, [1, 1, 28, 28])).numbers();
    })
  );

const name = "a page classifies drawings and pictures with the library's bits, without a server";
if (makesPages) browserTest(name, classifies);
else Deno.test({ name: `${name} (needs Deno 2.9)`, ignore: true, fn() {} });

async function classifies(open: Parameters<Parameters<typeof browserTest>[1]>[0]): Promise<void> {
  using folder = temporaryFolder();
  const path = `${folder.path}/page.html`;
  using model = build(mirrored(cnn()), new Random(3, "init"));
  Deno.writeTextFileSync(path, classifierPage(model, { name: "cnn", format: fashionMnist }));
  for (const colorScheme of ["light", "dark"] as const) {
    const page = await open({ colorScheme, viewport: { width: 360, height: 720 } });
    const problems = complaintsOf(page, "file:");
    await page.goto(`file://${path}`);

    const [drawing] = await shown(page, () => draw(page));
    assert(Math.max(...drawing.seen) === 255);
    assertEquals(drawing.scores, scoresOf(model, drawing.seen));
    assertStringIncludes(drawing.said, "Your drawing: ");

    await page.locator("#clear").click();
    await page.locator("#board").focus();
    const [keyed] = await shown(page, () => page.keyboard.press("ArrowDown"));
    assertEquals(keyed.scores, scoresOf(model, keyed.seen));

    const name = "sneaker-tiny.png";
    const file = `${folder.path}/${name}`;
    Deno.writeFileSync(file, readFile(name));
    const [picture] = await shown(page, () => page.locator("#file").setInputFiles(file));
    const [decoded] = await decodePictures(readFile(name), name, 1);
    assertEquals(picture.seen, [...prepare(decoded)]);
    assertEquals(picture.scores, scoresOf(model, picture.seen));
    assertStringIncludes(picture.said, "sneaker-tiny.png: ");
    const image = Uint8Array.from(picture.seen);
    const slopes = saliency(model, image, picture.label, fashionMnist);
    const largest = Math.max(...slopes.map(Math.abs));
    slopes.forEach((slope, i) => assert(Math.abs(slope - picture.slopes[i]) <= 1e-4 * largest));

    const [dropped] = await shown(page, () => page.evaluate(drop(readFile(name))));
    assertEquals([dropped.seen, dropped.scores], [picture.seen, picture.scores]);
    assertStringIncludes(dropped.said, "dropped.png: ");

    const notes = `${folder.path}/notes.png`;
    Deno.writeTextFileSync(notes, "no picture");
    await page.locator("#file").setInputFiles(notes);
    await until(page, 'document.getElementById("problem").textContent.includes("is no picture")');
    assertEquals(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
    assertEquals([problems, await barriers(page)], [[], []]);
  }
}
