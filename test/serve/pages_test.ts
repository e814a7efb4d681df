import { cpuUsage } from "node:process";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { temporaryFolder } from "../temporary_folder.ts";
import { writeRun } from "./run_folders.ts";
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
      ['type="module" src="/live.js"', ""],
    ]);
    assertEquals(/<style|\sstyle=|\son\w+=|javascript:/i.test(text), false, path);
  }
});

Deno.test("a refusal is a page as the others, but for the script, which would ask again", async () => {
  using parent = temporaryFolder();
  await using server = serve(parent.path);
  const { status, headers, text } = await get(`${server.address}?order=up`);
  assertEquals([status, headers.get("content-type")], [400, "text/html; charset=utf-8"]);
  for (
    const part of ['<html lang="en">', "<h1>400</h1>", 'href="/style.css"', "<main", "viewport"]
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
  assertStringIncludes((await get(`${server.address}runs/a`)).text, '"/runs/a/report.html"');
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

Deno.test("a page that is open is sent anew when its run changes, and only then", async () => {
  using parent = temporaryFolder();
  const folder = writeRun(parent.path, "a", { finished: false });
  await using server = serve(parent.path);
  const address = `${server.address}runs/a`;
  const first = await firstEvent(address);
  assertStringIncludes(first.content, "Interrupted after the last epoch");
  const later = firstEvent(address, first.id);
  writeRun(parent.path, "b");
  Deno.writeTextFileSync(`${folder}/notes.txt`, "nothing to be shown");
  await new Promise((resolve) => setTimeout(resolve, 500));
  writeRun(parent.path, "a");
  assertStringIncludes((await later).content, "Finished after 4 epochs.");
  assertEquals(server.errors, []);
});

/** The first event of a page's stream, for a reader that knows the page as of an event before. */
async function firstEvent(address: string, known = ""): Promise<{ id: string; content: string }> {
  const abort = new AbortController();
  const headers = { accept: "text/event-stream", "last-event-id": known };
  const response = await fetch(address, { headers, signal: abort.signal });
  assertEquals(response.headers.get("content-type"), "text/event-stream");
  let text = "";
  for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (text.includes("\n\n")) break;
  }
  abort.abort();
  const [, id, data] = /^id: (\S+)\ndata: (.*)\n\n/.exec(text) ?? [];
  return { id, content: JSON.parse(data) };
}
