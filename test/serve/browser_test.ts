import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Page } from "playwright-core";
import { lockRun } from "../../src/run/lock.ts";
import { browserTest } from "../browser.ts";
import { pause, start } from "../torture/child_process.ts";
import { temporaryFolder } from "../temporary_folder.ts";
import { addEpoch, writeRun } from "./run_folders.ts";
import { serve } from "./test_server.ts";

/** Collects what a page complains of: errors of scripts, and what its policy blocks. */
function complaints(page: Page): string[] {
  const found: string[] = [];
  page.on("pageerror", (error) => found.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") found.push(message.text());
  });
  return found;
}

/** The names of the runs in the table, from above. */
const names = (page: Page) => page.locator("tbody th a").allTextContents();

/** Waits until an element has a text. */
const shows = (page: Page, selector: string, text: string) =>
  page.locator(selector, { hasText: text }).first().waitFor();

/** Shows the table of runs on a page, and collects what the page complains of. */
async function openList(page: Page, address: string) {
  const found = complaints(page);
  await page.goto(address);
  await shows(page, "#connection", "live");
  return { page, found };
}

/** A folder with a run of each state. */
function severalRuns() {
  const parent = temporaryFolder();
  const [cnn, nonlinear] = [{ model: "cnn", seed: 1 }, { model: "nonlinear", seed: 2 }] as const;
  writeRun(parent.path, "2026-01-01T00-00-00.000Z-cnn-synthetic-s1", { settings: cnn });
  writeRun(parent.path, "2026-01-02T00-00-00.000Z-nonlinear-s2", {
    settings: nonlinear,
    data: "fashion-mnist",
  });
  writeRun(parent.path, "2026-01-03T00-00-00.000Z-linear-synthetic-s42", {
    epochs: 2,
    finished: false,
  });
  const damaged = writeRun(parent.path, "2026-01-04T00-00-00.000Z-linear-synthetic-s4");
  Deno.writeTextFileSync(`${damaged}/config.json`, "{");
  return parent;
}

browserTest("a run's page follows a real training to its end without a reload", async (open) => {
  using parent = temporaryFolder();
  await using server = serve(parent.path);
  const page = await open();
  page.setDefaultTimeout(120_000);
  const found = complaints(page);
  await page.goto(server.address);
  await shows(page, "#count", "No runs yet");
  await using training = start(
    "../../tasks/train.ts",
    ...["--model", "linear", "--data", "synthetic", "--train-size", "2000", "--epochs", "12"],
    ...["--checkpoint-every", "20", "--output-dir", parent.path],
  );
  while (![...Deno.readDirSync(parent.path)].some(({ name }) => name.endsWith("-s42"))) {
    await pause(5);
  }
  training.kill("SIGSTOP"); // until the page is open, however fast this machine is
  await page.locator("tbody th a").click();
  await shows(page, "#state", "Training: epoch");
  await page.evaluate("window.sameDocument = true");
  training.kill("SIGCONT");
  await shows(page, "#state", "Finished after 12 epochs.");
  assertEquals(await page.locator("#curves svg").count(), 2);
  await page.locator("summary", { hasText: "Every epoch" }).click();
  assertEquals(await page.locator("#epochs tbody tr").count(), 12);
  const summary = JSON.parse(Deno.readTextFileSync(`${onlyRun(parent.path)}/summary.json`));
  const accuracy = `${(summary.test_acc * 100).toFixed(2)} % (${summary.test_correct}/10000)`;
  await shows(page, "#figures dd", accuracy);
  assertEquals(await page.evaluate("window.sameDocument"), true);
  assertEquals([found, server.errors], [[], []]);
  await training.stdin.close();
  await Promise.all([training.stdout.cancel(), training.stderr.cancel()]);
});

/** The one run folder below a parent. */
const onlyRun = (parent: string) => `${parent}/${[...Deno.readDirSync(parent)][0].name}`;

browserTest("a page keeps up across a reload and a restarted server", async (open) => {
  using parent = temporaryFolder();
  const folder = writeRun(parent.path, "a", { epochs: 1, finished: false });
  using _lock = lockRun(folder);
  const page = await open();
  let port: number;
  {
    await using server = serve(parent.path);
    port = server.port;
    await page.goto(`${server.address}runs/a`);
    await shows(page, "#state", "Training: epoch 2 of 4.");
    addEpoch(folder, 2, 42);
    await shows(page, "#state", "Training: epoch 3 of 4.");
    await page.reload();
    await shows(page, "#state", "Training: epoch 3 of 4.");
    await page.evaluate("window.sameDocument = true");
  }
  await shows(page, "#connection", "The server does not answer");
  addEpoch(folder, 3, 42);
  await using _server = serve(parent.path, { port });
  await shows(page, "#state", "Training: epoch 4 of 4.");
  await shows(page, "#connection", "live");
  assertEquals(await page.evaluate("window.sameDocument"), true);
});

browserTest("the table is sorted and filtered by keyboard alone", async (open) => {
  using parent = severalRuns();
  await using server = serve(parent.path);
  const { page, found } = await openList(await open(), server.address);
  const first = await names(page);
  assertEquals(first.map((name) => name.slice(0, 10)), [
    "2026-01-04",
    "2026-01-03",
    "2026-01-02",
    "2026-01-01",
  ]);
  const focused = () => page.evaluate("document.activeElement.id || document.activeElement.name");
  for (let presses = 0; await focused() !== "sort-test_acc"; presses++) {
    assert(presses < 30, "the heading cannot be reached");
    await page.keyboard.press("Tab");
  }
  const heading = page.locator("th", { has: page.locator("#sort-test_acc") });
  await page.keyboard.press("Enter");
  await page.locator('th[aria-sort="descending"] #sort-test_acc').waitFor();
  assertEquals((await names(page))[0].slice(0, 10), "2026-01-02");
  assertEquals(await focused(), "sort-test_acc");
  const outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle");
  assertEquals(outline, "solid");
  await page.keyboard.press("Enter");
  await page.locator('th[aria-sort="ascending"] #sort-test_acc').waitFor();
  assertEquals((await names(page))[0].slice(0, 10), "2026-01-01");
  assertEquals(await page.locator("th[aria-sort]").count(), 1);
  assertEquals(await heading.getAttribute("scope"), "col");

  await page.getByLabel("Search").focus();
  await page.keyboard.type("cnn");
  await shows(page, "#count", "1 of 4 runs");
  assertEquals((await names(page)).length, 1);
  await page.reload();
  await shows(page, "#count", "1 of 4 runs");
  assertEquals(await page.getByLabel("Search").inputValue(), "cnn");
  await page.getByLabel("Search").fill("");
  await page.getByLabel("State").focus();
  await page.keyboard.type("int");
  await shows(page, "#count", "1 of 4 runs");
  await page.locator('th[aria-sort="ascending"] #sort-test_acc').waitFor();
  await page.locator("#sort-run").press("Enter");
  await page.locator('th[aria-sort="descending"] #sort-run').waitFor();
  await page.getByLabel("State").selectOption("any");
  await shows(page, "#count", "4 runs");
  await page.locator('th[aria-sort="descending"] #sort-run').waitFor();
  assertEquals(found, []);
});

browserTest("chosen runs stay chosen while the table changes, and are compared", async (open) => {
  using parent = severalRuns();
  await using server = serve(parent.path);
  const { page, found } = await openList(await open(), server.address);
  for (const name of ["2026-01-02", "2026-01-01"]) {
    await page.locator(`input[value^="${name}"]`).focus();
    await page.keyboard.press("Space");
  }
  writeRun(parent.path, "2026-01-05T00-00-00.000Z-linear-synthetic-s5");
  await shows(page, "#count", "5 runs");
  assertEquals(await page.locator("input:checked").count(), 2);
  assertStringIncludes(String(await page.evaluate("document.activeElement.id")), "2026-01-01");
  await page.getByRole("button", { name: "Compare" }).press("Enter");
  await shows(page, "h1", "Comparison");
  assertEquals(await page.locator("#curves svg").count(), 2);
  assertEquals((await names(page)).map((name) => name.slice(0, 13)), [
    "1: 2026-01-02",
    "2: 2026-01-01",
  ]);
  await shows(page, "#notice", "their figures cannot be compared");
  await shows(page, "#differences", "seed");
  assertEquals(found, []);
});

browserTest("every page fits 360 pixels and both themes, and names its controls", async (open) => {
  using parent = severalRuns();
  await using server = serve(parent.path);
  const [damaged, interrupted, ...finished] = [...Deno.readDirSync(parent.path)]
    .map(({ name }) => name).sort().reverse();
  const pages = [
    "",
    "?text=nothing",
    `compare?${finished.map((name) => `run=${name}`).join("&")}`,
    "compare",
    "nowhere",
    ...[damaged, interrupted, finished[0]].map((name) => `runs/${name}`),
  ];
  const backgrounds: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    const page = await open({ colorScheme, viewport: { width: 360, height: 740 } });
    for (const path of pages) {
      await page.goto(server.address + path);
      for (const summary of await page.locator("summary").all()) await summary.click();
      const { scroll, width, unnamed, faint } = await page.evaluate(inspect) as Inspection;
      assertEquals([path, scroll], [path, width]);
      assertEquals([path, unnamed, faint], [path, [], []]);
    }
    const background = "getComputedStyle(document.documentElement).backgroundColor";
    backgrounds.push(String(await page.evaluate(background)));
  }
  assertEquals(backgrounds, ["rgb(255, 255, 255)", "rgb(20, 23, 27)"]);
});

interface Inspection {
  readonly scroll: number;
  readonly width: number;
  /** Controls without a name, and headings out of order. */
  readonly unnamed: readonly string[];
  /** Texts whose contrast with the page is below WCAG's 4.5. */
  readonly faint: readonly string[];
}

/** Runs in the browser. */
const inspect = `(() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const linear = (value) => value <= 10 ? value / 3294 : ((value / 255 + 0.055) / 1.055) ** 2.4;
  const luminance = ([r, g, b]) =>
    0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const backgroundOf = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = channels(getComputedStyle(each).backgroundColor);
      if (colour[3] !== 0) return colour;
    }
    return [255, 255, 255];
  };
  const contrast = (element) => {
    const style = getComputedStyle(element);
    const text = element.closest("svg") ? style.fill : style.color;
    const [a, b] = [luminance(channels(text)), luminance(backgroundOf(element))];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  };
  const controls = [...document.querySelectorAll("input:not([type=hidden]), select, button, a")];
  const unnamed = controls.filter((element) => !(element.getAttribute("aria-label") ||
    element.labels?.[0]?.textContent.trim() || element.textContent.trim()));
  const texts = [...document.querySelectorAll("main *, header *")].filter((element) =>
    [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()) &&
    element.checkVisibility() && !element.closest("option, .hidden"));
  return {
    scroll: document.documentElement.scrollWidth,
    width: innerWidth,
    unnamed: unnamed.map((element) => element.outerHTML),
    faint: texts.filter((element) => contrast(element) < 4.5).map((element) =>
      element.outerHTML.slice(0, 80)),
  };
})()`;

browserTest("a report's script does not run, and reaches nothing", async (open) => {
  using parent = severalRuns();
  const [name] = [...Deno.readDirSync(parent.path)].map(({ name }) => name).sort();
  await using server = serve(parent.path);
  Deno.writeTextFileSync(
    `${parent.path}/${name}/report.html`,
    `<!DOCTYPE html><style>h1 { color: rgb(1, 2, 3) }</style><h1>Report</h1>
     <img src="${server.address}icon.svg"><script>document.body.textContent = "ran"</script>`,
  );
  const page = await open();
  await page.goto(`${server.address}runs/${name}`);
  await page.getByRole("link", { name: "report.html" }).click();
  await shows(page, "h1", "Report");
  const style = await page.evaluate("getComputedStyle(document.querySelector('h1')).color");
  assertEquals(style, "rgb(1, 2, 3)");
  const width = await page.evaluate("document.querySelector('img').naturalWidth");
  assertEquals(width, 0);
});
