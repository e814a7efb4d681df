import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createServer, request } from "node:http";
import { browserTest } from "../browser.ts";
import { temporaryFolder } from "../temporary_folder.ts";
import { addEpoch, writeRun } from "./run_folders.ts";
import { get, serve } from "./test_server.ts";
import { lockRun } from "../../src/run/lock.ts";

/** A reverse proxy that shows a server's pages below a path, and hands on the name it is asked by. */
async function proxy(port: number, prefix: string, host: string) {
  const server = createServer((asked, answer) => {
    if (!asked.url!.startsWith(prefix)) return void answer.writeHead(404).end("not below the path");
    const path = asked.url!.slice(prefix.length - 1);
    const headers = { ...asked.headers, host };
    const options = { host: "127.0.0.1", port, path, method: asked.method, headers };
    const passed = request(options, (answered) => {
      answer.writeHead(answered.statusCode!, answered.headers);
      answered.pipe(answer);
    });
    passed.on("error", () => answer.destroy());
    passed.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port: listening } = server.address() as { port: number };
  return {
    address: `http://127.0.0.1:${listening}${prefix}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Three runs, of which one is interrupted, with all that pages link to. */
function severalRuns() {
  const parent = temporaryFolder();
  writeRun(parent.path, "a b");
  writeRun(parent.path, "b");
  writeRun(parent.path, "c", { finished: false, epochs: 2 });
  Deno.writeTextFileSync(`${parent.path}/a b/report.html`, "<p>report</p>");
  return parent;
}

Deno.test("every link of every page stays below a proxy's path, and leads somewhere", async () => {
  using parent = severalRuns();
  await using server = serve(parent.path, { allowedHosts: ["lab.example.org"] });
  await using front = await proxy(server.port, "/lab/wick/", "lab.example.org");
  const seen = new Set<string>();
  const found = new Set<string>();
  const waiting = [
    front.address,
    `${front.address}compare?run=b&run=c`,
    `${front.address}compare`,
    `${front.address}nowhere/at/all`,
    `${front.address}?sort=nothing`,
    `${front.address}runs/b/`,
    `${front.address}runs`,
    `${front.address}runs/`,
    `${front.address}compare/?run=b`,
  ];
  for (let address = waiting.pop(); address !== undefined; address = waiting.pop()) {
    if (seen.has(address)) continue;
    seen.add(address);
    assert(address.startsWith(front.address), address);
    const response = await fetch(address);
    const text = await response.text();
    const expected = address.includes("nowhere") ? 404 : address.includes("nothing") ? 400 : 200;
    assertEquals([address, response.status], [address, expected]);
    found.add(new URL(response.url).pathname);
    for (const [, link] of text.matchAll(/\s(?:href|src|action)="([^"#]+)"/g)) {
      const target = new URL(link.replaceAll("&amp;", "&"), response.url);
      if (!target.search.includes("sort=")) waiting.push(target.href);
    }
  }
  for (
    const path of ["", "compare", "runs/a%20b", "runs/a%20b/report.html", "live.js", "icon.svg"]
  ) {
    assert(found.has(`/lab/wick/${path}`), path);
  }
  assertEquals(server.errors, []);
});

Deno.test("a name is allowed only where it was said, and a refusal says how", async () => {
  using parent = severalRuns();
  await using server = serve(parent.path);
  await using front = await proxy(server.port, "/", "lab.example.org");
  const { status, text } = await get(front.address);
  assertEquals(status, 403);
  assertStringIncludes(text, "not known by lab.example.org: use its address, or start it with");
  assertStringIncludes(text, "--allow-host");
});

browserTest(
  "eight windows follow a run below a proxy's path, and the table is filtered there",
  async (_, openAll) => {
    using parent = severalRuns();
    const folder = `${parent.path}/c`;
    using _lock = lockRun(folder);
    await using server = serve(parent.path, { allowedHosts: ["lab.example.org"] });
    await using front = await proxy(server.port, "/lab/wick/", "lab.example.org");
    const pages = await openAll(8);
    for (const page of pages) {
      await page.goto(`${front.address}runs/c`);
      await page.locator("#connection", { hasText: "live" }).waitFor();
    }
    addEpoch(folder, 3, 42);
    for (const page of pages) {
      await page.locator("#state", { hasText: "Training: epoch 4 of 4." }).waitFor();
    }
    const [page] = pages;
    await page.getByRole("link", { name: "wick runs" }).click();
    await page.getByLabel("Search").fill("training");
    await page.locator("#count", { hasText: "1 of 3 runs" }).waitFor();
    assertEquals(page.url().startsWith(`${front.address}?text=training`), true);
    assertEquals(server.errors, []);
  },
);
