import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Page } from "playwright-core";
import { classifierPage } from "../../../src/export/mod.ts";
import { decodePictures, prepare } from "../../../src/image/mod.ts";
import { cnn } from "../../../src/models/mod.ts";
import { fashionMnist } from "../../../src/data/mod.ts";
import { build, mirrored, type Module } from "../../../src/nn/mod.ts";
import { noGradients, Random, scope, Tensor } from "../../../src/tensor/mod.ts";
import { saliency } from "../../../src/predict/saliency.ts";
import { makesPages } from "../../../src/export/page/script.ts";
import { browserTest } from "../../browser.ts";
import { readFile } from "../../image/picture_files.ts";
import { temporaryFolder } from "../../temporary_folder.ts";

interface Shown {
  readonly scores: readonly number[];
  /** How much brightening a pixel would raise the likeliest class's score. */
  readonly slopes: readonly number[];
  readonly label: number;
  /** The pixels of the image that the model sees. */
  readonly seen: readonly number[];
  readonly said: string;
}

/** What a page shows after something was done in it. */
async function shown(page: Page, act: () => Promise<unknown>): Promise<Shown> {
  await page.evaluate(`globalThis.last = undefined;
    addEventListener("classified", (event) => globalThis.last = event.detail, { once: true })`);
  await act();
  await until(page, "globalThis.last !== undefined");
  return await page.evaluate(`({
    ...globalThis.last,
    seen: [...document.getElementById("seen").getContext("2d").getImageData(0, 0, 28, 28).data]
      .filter((_, i) => i % 4 === 0),
    said: document.getElementById("said").textContent,
  })`);
}

/** Waits until an expression is true in a page, which lets no text be run as code by itself. */
async function until(page: Page, expression: string): Promise<void> {
  for (let tries = 0; !(await page.evaluate(expression)); tries++) {
    assert(tries < 600, `${expression} did not become true in a minute`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** What drops a picture onto the page in which it is evaluated, as a reader does who drags it there. */
const drop = (bytes: Uint8Array): string =>
  `{
    const dataTransfer = new DataTransfer();
    const parts = [Uint8Array.from(${JSON.stringify([...bytes])})];
    dataTransfer.items.add(new File(parts, "dropped.png", { type: "image/png" }));
    for (const name of ["dragenter", "dragover", "drop"]) {
      const event = new DragEvent(name, { dataTransfer, bubbles: true, cancelable: true });
      document.body.dispatchEvent(event);
      if (name !== "dragenter" && !event.defaultPrevented) throw new Error("nothing takes " + name);
    }
  }`;

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
    const problems: string[] = [];
    page.on("console", (message) => void problems.push(message.text()));
    page.on("pageerror", (error) => void problems.push(String(error)));
    page.on("request", (request) => {
      if (!request.url().startsWith("file:")) problems.push(request.url());
    });
    await page.goto(`file://${path}`);

    const board = page.locator("#board");
    const box = (await board.boundingBox())!;
    const drawing = await shown(page, async () => {
      await page.mouse.move(box.x + 0.3 * box.width, box.y + 0.2 * box.height);
      await page.mouse.down();
      await page.mouse.move(box.x + 0.7 * box.width, box.y + 0.8 * box.height, { steps: 5 });
      await page.mouse.up();
    });
    assert(Math.max(...drawing.seen) === 255);
    assertEquals(drawing.scores, scoresOf(model, drawing.seen));
    assertStringIncludes(drawing.said, "Your drawing: ");

    await page.locator("#clear").click();
    await board.focus();
    const keyed = await shown(page, () => page.keyboard.press("ArrowDown"));
    assertEquals(keyed.scores, scoresOf(model, keyed.seen));

    const name = "sneaker-tiny.png";
    const file = `${folder.path}/${name}`;
    Deno.writeFileSync(file, readFile(name));
    const picture = await shown(page, () => page.locator("#file").setInputFiles(file));
    const [decoded] = await decodePictures(readFile(name), name, 1);
    assertEquals(picture.seen, [...prepare(decoded)]);
    assertEquals(picture.scores, scoresOf(model, picture.seen));
    assertStringIncludes(picture.said, "sneaker-tiny.png: ");
    const image = Uint8Array.from(picture.seen);
    const slopes = saliency(model, image, picture.label, fashionMnist);
    const largest = Math.max(...slopes.map(Math.abs));
    slopes.forEach((slope, i) => assert(Math.abs(slope - picture.slopes[i]) <= 1e-4 * largest));

    const dropped = await shown(page, () => page.evaluate(drop(readFile(name))));
    assertEquals([dropped.seen, dropped.scores], [picture.seen, picture.scores]);
    assertStringIncludes(dropped.said, "dropped.png: ");

    const notes = `${folder.path}/notes.png`;
    Deno.writeTextFileSync(notes, "no picture");
    await page.locator("#file").setInputFiles(notes);
    await until(page, 'document.getElementById("said").textContent.includes("is no picture")');
    assertEquals(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
    assertEquals(problems, []);
  }
}
