import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { refuse } from "../../src/serve/guard.ts";
import { temporaryFolder } from "../temporary_folder.ts";
import { writeRun } from "./run_folders.ts";
import { sendRaw, serve } from "./test_server.ts";

/** A folder with a secret beside `runs/`, where one run named `a` is. */
function folderWithSecret() {
  const folder = temporaryFolder();
  Deno.mkdirSync(`${folder.path}/runs`);
  Deno.writeTextFileSync(`${folder.path}/secret.json`, "SECRET");
  Deno.writeTextFileSync(`${folder.path}/runs/config.json`, "SECRET");
  writeRun(`${folder.path}/runs`, "a");
  Deno.writeTextFileSync(`${folder.path}/runs/a/private.txt`, "SECRET");
  Deno.writeTextFileSync(`${folder.path}/runs/a/checkpoints/config.json`, "SECRET");
  return folder;
}

const traversals: [path: string, status: number][] = [
  ["/../secret.json", 400],
  ["/runs/../secret.json", 400],
  ["/runs/../../secret.json", 400],
  ["/runs/a/../../secret.json", 400],
  ["/runs/a/..%2f..%2fsecret.json", 400],
  ["/runs/a/%2e%2e/%2e%2e/secret.json", 400],
  ["/runs/%2e%2e/secret.json", 400],
  ["/runs/./config.json", 400],
  ["/runs/.%2e/secret.json", 400],
  ["/runs/..%5csecret.json", 400],
  ["/runs/..\\secret.json", 400],
  ["/runs/a\\..\\..\\secret.json", 400],
  ["/runs/a/config.json%00.html", 400],
  ["/runs/a%00/config.json", 400],
  ["/runs/a%0d%0aSet-Cookie:x/config.json", 400],
  ["/runs/%", 400],
  ["/runs/%zz/config.json", 400],
  ["/runs/%c0%ae%c0%ae/secret.json", 400],
  ["/runs/%252e%252e/secret.json", 404],
  ["/runs//config.json", 404],
  ["/runs/a//config.json", 404],
  ["/runs/a/checkpoints/config.json", 404],
  ["/runs/a/checkpoints", 404],
  ["/runs/a/private.txt", 404],
  ["/runs/a/.lock", 404],
  ["/runs/a/toString", 404],
  ["/runs/__proto__/config.json", 404],
  ["/secret.json", 404],
  ["/etc/passwd", 404],
  ["//etc/passwd", 404],
  ["/toString", 404],
];

Deno.test("no path leads out of the run folders, or to files that are not to be seen", async () => {
  using folder = folderWithSecret();
  await using server = serve(`${folder.path}/runs`);
  for (const [path, status] of traversals) {
    const answer = await sendRaw(
      server.port,
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`,
    );
    assertStringIncludes(answer, `HTTP/1.1 ${status} `, path);
    assertEquals(/SECRET|root:/.test(answer), false, path);
  }
  const allowed = await sendRaw(
    server.port,
    "GET /runs/a/config.json HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
  );
  assertStringIncludes(allowed, "HTTP/1.1 200 OK");
  assertStringIncludes(allowed, '"model": "linear"');
});

Deno.test({
  name: "no symbolic link leads out of the run folders (needs a Unix file system)",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    using folder = folderWithSecret();
    const runs = `${folder.path}/runs`;
    Deno.symlinkSync(folder.path, `${runs}/parent`);
    Deno.symlinkSync(`${runs}/a`, `${runs}/same`);
    writeRun(folder.path, "outside");
    Deno.symlinkSync(`${folder.path}/outside`, `${runs}/linked`);
    writeRun(runs, "b", { finished: false });
    Deno.symlinkSync(`${folder.path}/secret.json`, `${runs}/b/report.html`);
    Deno.symlinkSync(`${folder.path}/outside/summary.json`, `${runs}/b/summary.json`);
    Deno.symlinkSync(`${folder.path}/secret.json`, `${runs}/b/confusion_matrix.json`);
    await using server = serve(runs);
    const list = await (await fetch(server.address)).text();
    assertEquals([...list.matchAll(/name="run" value="(\w+)"/g)].map(([, name]) => name), [
      "b",
      "a",
    ]);
    assertStringIncludes(list, "symbolic links are not followed: linked, same.");
    const paths = [
      "parent/secret.json",
      "linked",
      "linked/config.json",
      "same/config.json",
      "b/report.html",
      "b/summary.json",
      "b/confusion_matrix.json",
    ];
    for (const path of paths) {
      const response = await fetch(`${server.address}runs/${path}`);
      assertEquals(response.status, 404, path);
      assertEquals((await response.text()).includes("SECRET"), false, path);
    }
    const page = await (await fetch(`${server.address}runs/b`)).text();
    assertStringIncludes(page, "Interrupted after the last epoch");
    assertEquals(page.includes("report.html"), false);
  },
});

const requests: [what: string, request: string, status: number][] = [
  ["a foreign Host", "GET / HTTP/1.1\r\nHost: evil.example\r\n", 403],
  [
    "a Host that begins as ours does",
    "GET / HTTP/1.1\r\nHost: 127.0.0.1.evil.example\r\n",
    403,
  ],
  ["a Host that ends as ours does", "GET / HTTP/1.1\r\nHost: evil.localhost\r\n", 403],
  ["another address as Host", "GET / HTTP/1.1\r\nHost: 192.0.2.1\r\n", 403],
  ["a Host with a user", "GET / HTTP/1.1\r\nHost: localhost@evil.example\r\n", 403],
  ["an empty Host", "GET / HTTP/1.1\r\nHost:\r\n", 403],
  ["no Host", "GET / HTTP/1.1\r\n", 400],
  ["two Hosts", "GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n", 400],
  ["a Host with a space", "GET / HTTP/1.1\r\nHost: local host\r\n", 403],
  ["a foreign target", "GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n", 403],
  ["POST", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n", 405],
  ["PUT", "PUT /runs/a/config.json HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n", 405],
  ["DELETE", "DELETE /runs/a HTTP/1.1\r\nHost: localhost\r\n", 405],
  ["OPTIONS", "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n", 405],
  ["CONNECT", "CONNECT evil.example:80 HTTP/1.1\r\nHost: localhost\r\n", 405],
  ["TRACE", "TRACE / HTTP/1.1\r\nHost: localhost\r\n", 405],
  ["an unknown method", "BREW / HTTP/1.1\r\nHost: localhost\r\n", 400],
  ["a body", "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n", 413],
  ["a body in pieces", "GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n", 413],
  [
    "two lengths of a body",
    "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n",
    400,
  ],
  ["a length that is no number", "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n", 400],
  ["a long address", `GET /?text=${"a".repeat(9000)} HTTP/1.1\r\nHost: localhost\r\n`, 414],
  ["a longer address", `GET /${"a".repeat(100_000)} HTTP/1.1\r\nHost: localhost\r\n`, 431],
  ["a long header", `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"a".repeat(2_000_000)}\r\n`, 431],
  [
    "many headers",
    `GET / HTTP/1.1\r\nHost: localhost\r\n${"X: a\r\n".repeat(50_000)}`,
    431,
  ],
  ["no protocol", "GET /\r\n", 400],
  ["no HTTP at all", "\x16\x03\x01\x02\x00\x01\x00\r\n", 400],
  ["a NUL in the path", "GET /\0 HTTP/1.1\r\nHost: localhost\r\n", 400],
  ["a relative path", "GET runs HTTP/1.1\r\nHost: localhost\r\n", 400],
  ["an unknown column", "GET /?sort=password HTTP/1.1\r\nHost: localhost\r\n", 400],
  ["a long search", `GET /?text=${"a".repeat(201)} HTTP/1.1\r\nHost: localhost\r\n`, 400],
  [
    "too many runs to compare",
    `GET /compare?${
      Array.from({ length: 25 }, (_, i) => `run=${i}`).join("&")
    } HTTP/1.1\r\nHost: localhost\r\n`,
    400,
  ],
];

Deno.test("foreign, oversized and malformed requests are refused, and the server goes on", async () => {
  using folder = folderWithSecret();
  await using server = serve(`${folder.path}/runs`);
  for (const [what, request, status] of requests) {
    const answer = await sendRaw(server.port, `${request}Connection: close\r\n\r\n`);
    assertMatch(answer, new RegExp(`^HTTP/1\\.1 ${status} `), what);
    assertEquals(/SECRET|"model"/.test(answer), false, what);
  }
  assertEquals(server.errors, []);
  assertEquals((await (await fetch(server.address)).text()).includes("Runs"), true);
});

Deno.test("HEAD of everything brings the head that GET brings, and no more", async () => {
  using folder = folderWithSecret();
  await using server = serve(`${folder.path}/runs`);
  const paths = ["", "runs/a", "runs/a/config.json", "style.css", "compare?run=a", "nowhere"];
  for (const path of [...paths, "runs/a/", "?sort=nothing"]) {
    const [got, head] = await Promise.all(["GET", "HEAD"].map(async (method) => {
      const response = await fetch(server.address + path, { method, redirect: "manual" });
      const { status, headers } = response;
      const kept = [...headers].filter(([name]) => name !== "date");
      return { status, headers: kept, length: (await response.bytes()).length };
    }));
    assertEquals([head.status, head.headers, head.length], [got.status, got.headers, 0], path);
  }
  const text = "HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  assertEquals((await sendRaw(server.port, text)).split("\r\n\r\n")[1], "");
});

Deno.test("a slash behind an address leads to what stands before it", async () => {
  using folder = folderWithSecret();
  await using server = serve(`${folder.path}/runs`);
  const paths = ["runs/a/", "compare/?run=a", "runs/a/config.json/", "runs/", "runs", "runs/b/"];
  const reached = await Promise.all(paths.map(async (path) => {
    const { url, status, body } = await fetch(server.address + path);
    await body?.cancel();
    return [url.slice(server.address.length), status];
  }));
  assertEquals(reached, [
    ["runs/a", 200],
    ["compare?run=a", 200],
    ["runs/a/config.json", 200],
    ["", 200],
    ["", 200],
    ["runs/b", 404],
  ]);
});

Deno.test("a server for everyone is known by any address, but by no name that is not allowed", () => {
  const status = (host: string, listening: string) =>
    refuse(
      { method: "GET", target: "/", headers: new Map([["host", host]]) },
      { host: listening, allowed: ["wick.example.org"] },
    )?.status ?? 200;
  assertEquals(status("192.0.2.1:8000", "0.0.0.0"), 200);
  assertEquals(status("[2001:db8::1]:8000", "::"), 200);
  assertEquals(status("evil.example:8000", "0.0.0.0"), 403);
  assertEquals(status("192.0.2.1:8000", "127.0.0.1"), 403);
  assertEquals(status("lab-machine:8000", "lab-machine"), 200);
  assertEquals(status("localhost:9000", "127.0.0.1"), 200, "a forwarded port");
  assertEquals(status("Wick.example.org:443", "127.0.0.1"), 200, "a name that is allowed");
  assertEquals(status("evil.wick.example.org", "127.0.0.1"), 403);
});
