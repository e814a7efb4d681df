import { cpuUsage } from "node:process";
import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { UserError } from "../../src/errors.ts";
import { listingSchema } from "../../src/serve/listing.ts";
import { listPage } from "../../src/serve/pages/list_page.ts";
import { runPage } from "../../src/serve/pages/run_page.ts";
import { RunStore } from "../../src/serve/run_store.ts";
import { metricsHeader, metricsRow } from "../../src/train/metrics.ts";
import { temporaryFolder } from "../temporary_folder.ts";
import { metricsOf, writeRun } from "./run_folders.ts";
import { get, serve } from "./test_server.ts";

Deno.test("500 runs are listed in under a second by a server that has just started", async () => {
  using parent = temporaryFolder();
  const models = ["linear", "nonlinear", "cnn"] as const;
  for (let i = 0; i < 500; i++) {
    const settings = { model: models[i % 3], seed: i, epochs: 20 };
    writeRun(parent.path, `2026-01-01T00-00-00.${i}Z`, { settings, epochs: 20 });
  }
  await using server = serve(parent.path);
  // The processor's time, of server and client together: other processes have no part in it.
  const begun = cpuUsage();
  const { text } = await get(server.address);
  const { user, system } = cpuUsage(begun);
  assertEquals(text.match(/<input type="checkbox"/g)?.length, 500);
  const milliseconds = (user + system) / 1000;
  assert(milliseconds < 1000, `${milliseconds} ms`);
});

Deno.test("a long table is shown in parts", () => {
  const runs = Array.from({ length: 1001 }, (_, i) => {
    const name = String(i).padStart(4, "0");
    return { folder: name, name, state: "damaged", problem: "none" } as const;
  });
  const show = (choices: Record<string, string>) => {
    const { text } = listPage({ runs, links: [] }, listingSchema.parse(choices)).main;
    const names = [...text.matchAll(/name="run" value="(\d+)"/g)].map(([, name]) => name);
    const links = [...text.matchAll(/class="turn" href="(\S*page=\S*)"/g)].map(([, link]) => link);
    return [names[0], names.length, text.match(/Part \d of \d/)?.[0], links];
  };
  assertEquals(show({}), ["1000", 500, "Part 1 of 3", ["./?page=2"]]);
  assertEquals(show({ page: "2", order: "ascending" }), ["0500", 500, "Part 2 of 3", [
    "./?order=ascending&amp;page=3",
  ]]);
  assertEquals(show({ page: "9" }), ["0000", 1, "Part 3 of 3", ["./?page=2"]]);
  assertEquals(show({ text: "0007", page: "3" }), ["0007", 1, undefined, []]);
});

Deno.test("a run of 100,000 epochs is a page of a size that can be looked at", async () => {
  using parent = temporaryFolder();
  const folder = writeRun(parent.path, "a", {
    settings: { epochs: 100_000 },
    epochs: 0,
    finished: false,
  });
  const rows = Array.from({ length: 100_000 }, (_, i) => metricsRow(metricsOf(i + 1, 42)));
  Deno.writeTextFileSync(`${folder}/metrics.csv`, metricsHeader + rows.join(""));
  await using server = serve(parent.path);
  const { text } = await get(`${server.address}runs/a`);
  assert(text.length < 500_000, `${text.length}`);
  assertStringIncludes(text, "The last 1000 of 100000 epochs");
  const comparison = await get(`${server.address}compare?run=a`);
  assert(comparison.text.length < 200_000, `${comparison.text.length}`);
});

Deno.test("the command to resume a run is one that a shell understands", () => {
  using parent = temporaryFolder();
  const folder = `${parent.path}/my 'best' runs`;
  writeRun(folder, "a", { finished: false });
  const run = new RunStore(folder).get("a")!;
  const shown = (as: string) =>
    /(train --resume .*?)<\/code>/.exec(runPage(run, as, "classify").main.text)?.[1];
  assertEquals(shown("runs/"), "train --resume runs/a");
  assertEquals(shown("my 'best' runs"), "train --resume 'my '\\''best'\\'' runs/a'");
  assertEquals(shown("-runs"), "train --resume ./-runs/a");
});

Deno.test("a folder that cannot be read is refused, and one that vanishes is named until it is back", async () => {
  using parent = temporaryFolder();
  const folder = `${parent.path}/runs`;
  Deno.writeTextFileSync(folder, "");
  assertThrows(() => serve(folder), UserError, `${folder} is not a folder`);
  Deno.removeSync(folder);
  await using server = serve(folder);
  const count = async () =>
    /id="count" data-live>(.*?)<\/p>/.exec((await get(server.address)).text)?.[1];
  assertEquals(await count(), `There is no folder ${folder}: a run makes it`);
  writeRun(folder, "a");
  assertEquals(await count(), "1 run");
  Deno.removeSync(folder, { recursive: true });
  assertEquals(await count(), `There is no folder ${folder}: a run makes it`);
  assertEquals((await get(`${server.address}runs/a`)).status, 404);
  Deno.writeTextFileSync(folder, "");
  assertEquals(await count(), `${folder} is not a folder`);
  assertEquals((await get(`${server.address}compare?run=a`)).status, 404);
  Deno.removeSync(folder);
  writeRun(folder, "a");
  assertEquals(await count(), "1 run");
  assertEquals(server.errors, []);
});

Deno.test("no page has a script or a style inside, nor a policy that would allow one", async () => {
  using parent = temporaryFolder();
  writeRun(parent.path, "a");
  writeRun(parent.path, "b", { finished: false });
  await using server = serve(parent.path);
  for (const path of ["", "runs/a", "runs/b", "compare?run=a&run=b", "compare", "nowhere"]) {
    const { headers, text } = await get(server.address + path);
    const policy = headers.get("content-security-policy") ?? "";
    assertMatch(policy, /default-src 'none'; script-src 'self'; style-src 'self'/, path);
    assertEquals(/unsafe|\*|http/.test(policy), false, path);
    assertEquals(headers.get("x-content-type-options"), "nosniff");
    const scripts = [...text.matchAll(/<script([^>]*)>([^<]*)/g)];
    assertEquals(scripts.map(([, attributes, content]) => [attributes.trim(), content]), [
      [`type="module" src="${path.startsWith("runs/") ? "../" : "./"}live.js"`, ""],
    ]);
    assertEquals(/<style|\sstyle=|\son\w+=|javascript:/i.test(text), false, path);
  }
});

Deno.test("a run's page says which loss is with label smoothing", async () => {
  using parent = temporaryFolder();
  writeRun(parent.path, "a", { settings: { labelSmoothing: 0.1, mixup: 0.2 } });
  writeRun(parent.path, "b");
  await using server = serve(parent.path);
  const note =
    "train_loss is with label smoothing 0.1 and mixed images, val_loss and test_loss are without";
  assertStringIncludes((await get(`${server.address}runs/a`)).text, note);
  assertEquals((await get(`${server.address}runs/b`)).text.includes("smoothing 0.1"), false);
});

Deno.test("a run's page leads to the files of its own model, and to no others beside them", async () => {
  using parent = temporaryFolder();
  const modelFiles = { "mine.ts": "0".repeat(64), "parts/a b.ts": "1".repeat(64) };
  const run = writeRun(parent.path, "a", { settings: { model: "mine", modelFiles } });
  Deno.mkdirSync(`${run}/model/parts`, { recursive: true });
  Deno.writeTextFileSync(`${run}/model/mine.ts`, "<b>mine</b>");
  Deno.writeTextFileSync(`${run}/model/parts/a b.ts`, "a part");
  Deno.writeTextFileSync(`${run}/model/other.ts`, "another");
  await using server = serve(parent.path);
  const { text } = await get(`${server.address}runs/a`);
  const addresses = [...text.matchAll(/id="file-model[^"]*" href="([^"]*)"/g)].map(([, to]) => to);
  assertEquals(addresses, ["a/model/mine.ts", "a/model/parts/a%20b.ts"]);
  const mine = await get(`${server.address}runs/${addresses[0]}`);
  assertEquals([mine.text, mine.headers.get("content-type")], [
    "<b>mine</b>",
    "text/plain; charset=utf-8",
  ]);
  assertEquals((await get(`${server.address}runs/${addresses[1]}`)).text, "a part");
  for (const file of ["other.ts", "parts", "mine.ts/x"]) {
    assertEquals((await get(`${server.address}runs/a/model/${file}`)).status, 404, file);
  }
});

Deno.test("a refusal is a page as the others, but for the script, which would ask again", async () => {
  using parent = temporaryFolder();
  await using server = serve(parent.path);
  const { status, headers, text } = await get(`${server.address}?order=up`);
  assertEquals([status, headers.get("content-type")], [400, "text/html; charset=utf-8"]);
  for (
    const part of ['<html lang="en">', "<h1>400</h1>", 'href="./style.css"', "<main", "viewport"]
  ) {
    assertStringIncludes(text, part);
  }
  assertEquals(/<script|\?\./.test(text), false);
  const post = await get(server.address, { method: "POST" });
  assertEquals([post.status, post.headers.get("allow")], [405, "GET, HEAD"]);
  assertStringIncludes(post.text, "<h1>405</h1>");
});

Deno.test("a comparison's legend tells each run by what differs, or by its folder", async () => {
  using parent = temporaryFolder();
  writeRun(parent.path, "a", { settings: { lr: 0.5 } });
  writeRun(parent.path, "b", { settings: { lr: 0.25, seed: 3 } });
  writeRun(parent.path, "c", { settings: { lr: 0.5 } });
  writeRun(parent.path, "d", { settings: { model: "cnn" } });
  await using server = serve(parent.path);
  const legend = async (...names: string[]) => {
    const address = `${server.address}compare?${names.map((name) => `run=${name}`).join("&")}`;
    const { text } = await get(address);
    const first = text.slice(0, text.indexOf("</svg>"));
    return [...first.matchAll(/<text[^>]*>(\d: [^<]*)</g)].map(([, entry]) => entry);
  };
  assertEquals(await legend("a", "b"), ["1: linear lr=0.5 seed=42", "2: linear lr=0.25 seed=3"]);
  assertEquals(await legend("a", "c"), ["1: a", "2: c"]);
  assertEquals(await legend("d", "a"), ["1: cnn", "2: linear"]);
});

Deno.test("a run's report is shut in: no script, no network, no origin", async () => {
  using parent = temporaryFolder();
  const folder = writeRun(parent.path, "a");
  await using server = serve(parent.path);
  assertEquals((await get(`${server.address}runs/a`)).text.includes("report.html"), false);
  Deno.writeTextFileSync(`${folder}/report.html`, "<p>ä report</p>");
  assertStringIncludes((await get(`${server.address}runs/a`)).text, '"a/report.html"');
  const { headers, text } = await get(`${server.address}runs/a/report.html`);
  assertEquals(text, "<p>ä report</p>");
  assertEquals(headers.get("content-type"), "text/html; charset=utf-8");
  assertMatch(
    headers.get("content-security-policy") ?? "",
    /^sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:;/,
  );
});

Deno.test("what a run folder says is text, never markup", async () => {
  using parent = temporaryFolder();
  const name = `<img src=x onerror=alert(1)>"&'`;
  writeRun(parent.path, name);
  const damaged = writeRun(parent.path, "b");
  Deno.writeTextFileSync(`${damaged}/config.json`, '{ "<script>alert(1)</script>": 1 }');
  await using server = serve(parent.path);
  for (const path of ["", `runs/${encodeURIComponent(name)}`, "runs/b", "?text=<img src=x>"]) {
    const { text, status } = await get(server.address + path);
    assertEquals(status, 200);
    assertEquals(/<img|<script>/.test(text), false, path);
  }
  assertStringIncludes((await get(server.address)).text, "&lt;img src=x onerror=alert(1)&gt;");
});

Deno.test("a page that is open is sent anew when what it shows has changed, and only then", async () => {
  using parent = temporaryFolder();
  const folder = writeRun(parent.path, "a", { finished: false });
  await using server = serve(parent.path);
  const address = `${server.address}runs/a`;
  const first = await get(address);
  assertStringIncludes(first.text, "Interrupted after the last epoch");
  const tag = first.headers.get("etag")!;
  writeRun(parent.path, "b");
  Deno.writeTextFileSync(`${folder}/notes.txt`, "nothing to be shown");
  for (const known of [tag, `W/${tag}`]) {
    const { status, text } = await get(address, { headers: { "if-none-match": known } });
    assertEquals([status, text], [304, ""]);
  }
  await using restarted = serve(parent.path);
  const again = { headers: { "if-none-match": tag } };
  assertEquals((await get(`${restarted.address}runs/a`, again)).status, 304);
  writeRun(parent.path, "a");
  const later = await get(address, again);
  assertEquals(later.status, 200);
  assertStringIncludes(later.text, "Finished after 4 epochs.");
  assertEquals(server.errors, []);
});

Deno.test("the page of a run that failed says why, and not how to resume it", async () => {
  using parent = temporaryFolder();
  const folder = writeRun(parent.path, "a", { finished: false });
  await using server = serve(parent.path);
  const page = async () => (await get(`${server.address}runs/a`)).text;
  assertStringIncludes(await page(), "train --resume");
  Deno.writeTextFileSync(`${folder}/failure.json`, '{ "message": "The <loss> is NaN" }');
  const failed = await page();
  assertStringIncludes(failed, "The run has failed: The &lt;loss&gt; is NaN.");
  assertEquals(failed.includes("train --resume"), false);
});
