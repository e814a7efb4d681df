import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { reporter } from "../../src/commands/reporter.ts";
import { classScores, macroMean } from "../../src/statistics/class_scores.ts";
import { Run } from "../../src/run/run.ts";
import { trainRun } from "../../src/run/train_run.ts";
import type { Summary } from "../../src/run/summary.ts";
import { browserTest } from "../browser.ts";
import { compareRuns } from "../../src/report/comparison/comparison.ts";
import { writeComparison } from "../../src/report/comparison/files.ts";
import { convergencePicture, curvesPicture } from "../../src/picture/curves.ts";
import { gridPicture, inRows } from "../../src/picture/image_grid.ts";
import { reliabilityPicture } from "../../src/picture/reliability.ts";
import { madeRun, test as madeTest } from "./comparison/made_runs.ts";
import { config, data, environment, test } from "../train/fixtures.ts";
import { silentScreen } from "../../src/cli/progress.ts";
import { temporaryFolder } from "../temporary_folder.ts";

/** A finished run of a model with a report; its address and its figures. */
async function reportOf(model: "linear" | "nonlinear" | "cnn", parent: string) {
  const settings = { model, trainSize: 70, hidden: model === "linear" ? undefined : 4 };
  using run = Run.create(config(settings), environment, parent);
  const loadTest = () => Promise.resolve(test);
  await trainRun(run, { data, loadTest, screen: silentScreen, resumeCommand: "-", reporter });
  const summary: Summary = JSON.parse(Deno.readTextFileSync(`${run.folder}/summary.json`));
  return { address: `file://${run.folder}/report.html`, summary };
}

/** Every figure of a page by its name. */
async function figures(page: Page): Promise<Map<string, string>> {
  const found = await page.locator("data").evaluateAll((elements: unknown[]) =>
    (elements as { dataset: { name: string }; value: string }[]).map((
      { dataset, value },
    ): [string, string] => [dataset.name, value])
  );
  return new Map(found);
}

/** An element's place on the page, in pixels, and its text. */
interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly text: string;
}

/** The boxes of all elements that a selector finds. */
async function boxes(page: Page, selector: string): Promise<Box[]> {
  return await page.locator(selector).evaluateAll((elements: unknown[]) =>
    (elements as (Box & { textContent: string; getBoundingClientRect(): Box })[]).map((element) => {
      const { left, right, top, bottom } = element.getBoundingClientRect();
      return { left, right, top, bottom, text: element.textContent };
    })
  );
}

/** Whether a box holds another one, of which `margin` pixels may stand out above and below. */
function holds(outer: Box, inner: Omit<Box, "text">, margin = 4): boolean {
  return inner.left >= outer.left && inner.right <= outer.right &&
    inner.top >= outer.top - margin && inner.bottom <= outer.bottom + margin;
}

for (const model of ["linear", "nonlinear", "cnn"] as const) {
  browserTest(`the figures in a report equal those of summary.json: ${model}`, async (open) => {
    using parent = temporaryFolder();
    const { address, summary } = await reportOf(model, parent.path);
    const page = await open();
    await page.goto(address);
    const shown = await figures(page);
    const equal = (name: string, value: number | string) =>
      assertEquals(shown.get(name), `${value}`, name);
    const { confusion_matrix: counts, classes, best } = summary;
    for (
      const name of [
        "test_acc",
        "test_loss",
        "test_correct",
        "test_count",
        "parameters",
        "weights_sha256",
        "best_weights_sha256",
      ] as const
    ) equal(name, summary[name]);
    equal("best.epoch", best.epoch);
    equal("best.val_acc", best.val_acc!);
    counts.forEach((row, label) =>
      row.forEach((value, prediction) => equal(`confusion_matrix.${label}.${prediction}`, value))
    );
    const scores = classScores(counts, classes);
    for (const { name, support, ...score } of scores) {
      equal(`${name}.support`, support);
      for (const [key, value] of Object.entries(score)) equal(`${name}.${key}`, value);
    }
    for (const [key, value] of Object.entries(macroMean(scores))) equal(`macro mean.${key}`, value);
  });
}

browserTest("what a report shows is its figures, rounded", async (open) => {
  using parent = temporaryFolder();
  const { address, summary } = await reportOf("linear", parent.path);
  const page = await open();
  await page.goto(address);
  const text = async (name: string) => await page.locator(`data[data-name="${name}"]`).innerText();
  assertEquals(await text("test_acc"), `${(100 * summary.test_acc).toFixed(2)} %`);
  assertEquals(await text("test_loss"), summary.test_loss.toFixed(4));
  assertEquals(await text("test_correct"), `${summary.test_correct}`);
  assertEquals(await text("weights_sha256"), summary.weights_sha256);
  // The first hundred rectangles are the matrix row by row; each count lies in its own.
  const cells = await boxes(page, 'figure svg [data-mark="cell"] rect');
  const words = await boxes(page, 'figure svg [data-mark="text"] text');
  const counts = cells.slice(0, 100).map((cell) =>
    words.filter(({ text, ...word }) => /^\d+$/.test(text) && holds(cell, word)).map(({ text }) =>
      text
    )
  );
  assertEquals(counts, summary.confusion_matrix.flat().map((value) => [`${value}`]));
});

for (const colorScheme of ["light", "dark"] as const) {
  browserTest(
    `a report is ${colorScheme}, whole at 360 pixels, and asks for nothing`,
    async (open) => {
      using parent = temporaryFolder();
      const { address } = await reportOf("cnn", parent.path);
      const page = await open({ colorScheme, viewport: { width: 360, height: 800 } });
      const asked: string[] = [];
      const complaints: string[] = [];
      page.on("request", (request) => asked.push(request.url()));
      page.on("console", (message) => complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(error.message));
      await page.goto(address);
      assertEquals(asked, [address]);
      assertEquals(complaints, []);
      const wide = await page.evaluate("document.documentElement.scrollWidth");
      assertEquals(wide, 360);
      const surface = await page.evaluate("getComputedStyle(document.body).backgroundColor");
      const fill = await page.locator("figure svg > rect").first().evaluate((element: unknown) => {
        const { getComputedStyle } = globalThis as unknown as {
          getComputedStyle(element: unknown): { fill: string };
        };
        return getComputedStyle(element).fill;
      });
      assertEquals(surface, colorScheme === "light" ? "rgb(255, 255, 255)" : "rgb(20, 23, 27)");
      assertEquals(fill, surface);
    },
  );
}

/** Fails where a word of a page's pictures is cut or lies on another one; returns their number. */
async function assertWordsApart(page: Page): Promise<number> {
  const frames = await boxes(page, "figure svg");
  for (const [picture, frame] of frames.entries()) {
    const words = (await boxes(page, `figure >> nth=${picture} >> svg text`))
      .filter(({ text }) => text !== "");
    for (const [i, word] of words.entries()) {
      assert(holds(frame, word, 0), `${word.text} leaves ${words[0].text}`);
      for (const other of words.slice(i + 1)) {
        // Boxes of text are higher than its letters, and leaning names have boxes that cross.
        const apart = word.right <= other.left || other.right <= word.left ||
          word.bottom - 4 <= other.top || other.bottom - 4 <= word.top;
        const leaning = words[0].text === "Confusion matrix";
        assert(apart || leaning, `${word.text} lies on ${other.text} in ${words[0].text}`);
      }
    }
  }
  return frames.length;
}

browserTest("no word of a picture is cut or lies on another", async (open) => {
  using parent = temporaryFolder();
  for (const model of ["linear", "cnn"] as const) {
    const { address } = await reportOf(model, parent.path);
    const page = await open({ viewport: { width: 1200, height: 800 } });
    await page.goto(address);
    assert(await assertWordsApart(page) >= 7);
  }
});

browserTest(
  "no word is cut where losses diverged, counts are large and names long",
  async (open) => {
    const about = { title: "Title", subtitle: "Subtitle" };
    const historyOf = (losses: readonly number[]) =>
      losses.map((loss, i) => ({ epoch: i + 1, train_loss: loss, train_acc: 1, val_loss: loss }));
    const losses = [[3e7, 1e7, 2e7], [5e30, 7, 0.1], [4, 0, 0], [2.302585, 2.302586], [-1e9, 2], [
      7,
    ]];
    const bins = Array.from({ length: 15 }, (_, i) => ({
      ...{ from: i / 15, to: (i + 1) / 15, count: 9_500 + 100 * i },
      ...{ confidence: (i + 0.5) / 15, accuracy: i / 15 },
    }));
    const image = { data: new Uint8Array(4), width: 2, height: 2 };
    const name = "a very long name of a class of clothes";
    const images = [name, "Bag"].map((caption) => ({
      ...{ ...image, caption, mark: "12345", detail: `${caption} 99.9 %`, marked: true },
    }));
    const svgs = [
      ...losses.map(historyOf).map((history) =>
        curvesPicture({ ...about, history, epochs: history.length, best: 1 })
      ),
      convergencePicture(
        "Title",
        "Subtitle",
        losses.map((each, i) => ({
          name: `model lr=0.${i} seed=${i}`,
          history: historyOf(each.filter((loss) => loss >= 0)),
        })),
      ),
      reliabilityPicture("Title", "Subtitle", { bins, error: 0, count: 153_000 }),
      gridPicture({ ...about, rows: inRows(images, 2), size: 112 }),
    ];
    const page = await open({ viewport: { width: 1200, height: 800 } });
    await page.setContent(svgs.map((svg) => `<figure>${svg}</figure>`).join(""));
    assertEquals(await assertWordsApart(page), svgs.length);
  },
);

browserTest(
  "a report is read by keyboard if narrow, in columns if wide, whole on paper",
  async (open) => {
    using parent = temporaryFolder();
    const { address } = await reportOf("cnn", parent.path);
    await Deno.mkdir(`${parent.path}/comparison`);
    const runs = [madeRun({}, "000011112201"), madeRun({ lr: 9 }, "000011110022")];
    const comparison = writeComparison(compareRuns(runs, madeTest), `${parent.path}/comparison`);
    for (const place of [address, `file://${comparison}`]) {
      const page = await open({ colorScheme: "dark", viewport: { width: 360, height: 800 } });
      await page.goto(place);
      for (const summary of await page.locator("summary").all()) await summary.click();
      const { scrolling, lost } = await page.evaluate(scrollers) as {
        scrolling: number;
        lost: string[];
      };
      assert(scrolling > 3, `${scrolling} parts scroll`);
      assertEquals(lost, []);
      const focused = () => page.evaluate("document.activeElement.getAttribute('role')");
      for (let presses = 0; await focused() !== "region"; presses++) {
        assert(presses < 10, "no part that scrolls can be reached");
        await page.keyboard.press("Tab");
      }
      const outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle");
      assertEquals(outline, "solid");
      await page.setViewportSize({ width: 1280, height: 800 });
      const columns = await boxes(page, ".columns > *");
      assert(columns[1].left > 600 && columns[1].top === columns[0].top, "two columns");
      assert(columns[1].right > 1200, "up to the window's edge");
      await page.reload(); // folded again
      await page.setViewportSize({ width: 680, height: 900 });
      await page.emulateMedia({ media: "print" });
      assertEquals(await page.evaluate(onPaper), []);
    }
  },
);

/** Runs in the browser: how many parts scroll, and those that no key or name leads to. */
const scrollers = `(() => {
  const scrolling = [...document.querySelectorAll("main *")].filter((element) =>
    /auto|scroll/.test(getComputedStyle(element).overflowX) &&
    element.scrollWidth > element.clientWidth);
  const lost = scrolling.filter((element) => element.tabIndex !== 0 ||
    element.getAttribute("role") !== "region" || !element.getAttribute("aria-label"));
  return { scrolling: scrolling.length, lost: lost.map(({ outerHTML }) => outerHTML.slice(0, 90)) };
})()`;

/** Runs in the browser: what print would hide, cut, tear apart or darken. */
const onPaper = `(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const style = (element) => getComputedStyle(element);
  const faults = [
    ...all("table, svg").filter((element) => !element.checkVisibility() ||
      element.getBoundingClientRect().height === 0),
    ...all("figure, .wide").filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth),
    ...all("h1, h2, summary").filter((element) => style(element).breakAfter !== "avoid"),
    ...all("figure, tr, .cards").filter((element) => style(element).breakInside !== "avoid"),
    ...all("body").filter((element) => style(element).backgroundColor !== "rgb(255, 255, 255)"),
    ...all("figure svg > rect").filter((element) => style(element).fill !== "rgb(255, 255, 255)"),
  ];
  return faults.map(({ outerHTML }) => outerHTML.slice(0, 90));
})()`;
