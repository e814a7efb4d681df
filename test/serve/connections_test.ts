import { assert, assertEquals, assertMatch } from "@std/assert";
import { temporaryFolder } from "../temporary_folder.ts";
import { writeRun } from "./run_folders.ts";
import { get, serve } from "./test_server.ts";

/** Connections on which something has been sent, and that are closed at the end of their scope. */
async function connections(port: number, count: number, text: string) {
  const opened: Deno.TcpConn[] = [];
  for (let i = 0; i < count; i++) {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    opened.push(connection);
    await connection.write(new TextEncoder().encode(text));
  }
  return { opened, [Symbol.dispose]: () => opened.forEach((each) => each.close()) };
}

/** All that a server sends on a connection until it closes it, up to a limit in bytes. */
async function answerOf(connection: Deno.TcpConn, limit = Infinity): Promise<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(65536);
  let text = "";
  try {
    while (text.length < limit) {
      const count = await connection.read(buffer);
      if (count === null) break;
      text += decoder.decode(buffer.subarray(0, count), { stream: true });
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
  }
  return text;
}

/** A folder with a run whose metrics.csv is longer than what waits in sockets. */
function folderWithLongFile() {
  const parent = temporaryFolder();
  const folder = writeRun(parent.path, "a");
  Deno.writeTextFileSync(`${folder}/metrics.csv`, "1,".repeat(8_000_000));
  return parent;
}

Deno.test("a request that is never sent to its end is not waited for", async () => {
  using parent = temporaryFolder();
  await using server = serve(parent.path, { patience: 200 });
  for (const text of ["", "GET / HT", "GET / HTTP/1.1\r\nHost: localhost\r\nX-Sl"]) {
    using silent = await connections(server.port, 1, text);
    assertEquals(await answerOf(silent.opened[0]), "");
  }
  assertEquals([(await get(server.address)).status, server.errors], [200, []]);
});

const silences: [what: string, text: string][] = [
  ["are silent", ""],
  ["send half a request", "GET / HTTP/1.1\r\nHo"],
  ["do not read a page", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"],
  ["do not read a file", "GET /runs/a/metrics.csv HTTP/1.1\r\nHost: localhost\r\n\r\n"],
];

for (const [what, text] of silences) {
  Deno.test(`whoever comes after 100 who ${what} is answered, and the first is let go`, async () => {
    using parent = folderWithLongFile();
    await using server = serve(parent.path, { patience: 600_000 });
    using silent = await connections(server.port, 100, text);
    assertEquals((await get(server.address)).status, 200);
    const answer = await answerOf(silent.opened[0]); // ends, because the server closed it
    assert(answer.length < 16_000_000, `${answer.length}`);
    assertEquals(server.errors, []);
  });
}

Deno.test("many requests on one connection are answered one after the other, and only the first eight", async () => {
  using parent = folderWithLongFile();
  await using server = serve(parent.path);
  const request = (path: string, more = "") =>
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;
  const last = request("/icon.svg", "Connection: close\r\n");
  using few = await connections(server.port, 1, request("/icon.svg").repeat(2) + last);
  const answers = await answerOf(few.opened[0]);
  assertEquals(answers.match(/HTTP\/1\.1 200/g)?.length, 3);
  using many = await connections(server.port, 1, request("/icon.svg").repeat(100));
  assertEquals((await answerOf(many.opened[0])).match(/HTTP\/1\.1 200/g)?.length, 8);
  assertEquals([(await get(server.address)).status, server.errors], [200, []]);
});

Deno.test("a file that grows while it is sent is sent as long as it was", async () => {
  using parent = folderWithLongFile();
  await using server = serve(parent.path);
  const text = "GET /runs/a/metrics.csv HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  using reader = await connections(server.port, 1, text);
  const start = await answerOf(reader.opened[0], 1);
  Deno.writeTextFileSync(`${parent.path}/a/metrics.csv`, "more", { append: true });
  const [head, body] = (start + await answerOf(reader.opened[0])).split("\r\n\r\n");
  assertMatch(head, /content-length: 16000000/i);
  assertEquals([body.length, body.includes("more")], [16_000_000, false]);
});
