import { connect } from "node:net";
import { assertEquals, assertMatch } from "@std/assert";
import { bombs } from "../../image/bombs.ts";
import { temporaryFolder } from "../../temporary_folder.ts";
import { joined, picture, RawClient, requestOf } from "./raw_client.ts";
import { servePredictions, writeServedRun } from "./served_runs.ts";

/** A server over one run whose connections are waited for so long. */
function service(patience?: number) {
  const parent = temporaryFolder();
  writeServedRun(parent.path, "a");
  const server = servePredictions(parent.path, {}, patience === undefined ? {} : { patience });
  return {
    server,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      parent[Symbol.dispose]();
    },
  };
}

/** Sends bytes and nothing more; the first reply. */
async function answerTo(port: number, bytes: Uint8Array, isWhole = true): Promise<string> {
  using client = await RawClient.open(port);
  await client.send(bytes);
  if (isWhole) await client.end();
  return await client.reply();
}

const post = "POST /v1/predict HTTP/1.1\r\nHost: localhost\r\n";
const chunked = `${post}Content-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n`;
const hex = picture.length.toString(16);

const requests: [what: string, bytes: Uint8Array, answer: RegExp][] = [
  ["a picture", requestOf(picture), /^HTTP\/1\.1 200/],
  [
    "a picture in chunks",
    joined(chunked, `${hex}\r\n`, picture, "\r\n0\r\n\r\n"),
    /^HTTP\/1\.1 200/,
  ],
  ["no body", requestOf(new Uint8Array()), /^HTTP\/1\.1 400.*is empty/s],
  ["a body that is too long", requestOf(picture, { length: (32 << 20) + 1 }), /^HTTP\/1\.1 413/],
  ["a length beyond all numbers", requestOf(picture, { length: 1e300 }), /^HTTP\/1\.1 4|^$/],
  [
    "a body that is too short",
    requestOf(picture, { length: picture.length + 1 }),
    /^HTTP\/1\.1 400|^$/,
  ],
  ["a body that is longer than said", requestOf(picture, { length: 100 }), /^HTTP\/1\.1 400/],
  ["a negative length", joined(post, "Content-Length: -1\r\n\r\n"), /^HTTP\/1\.1 400/],
  [
    "two lengths",
    joined(post, "Content-Length: 1\r\nContent-Length: 2\r\n\r\nx"),
    /^HTTP\/1\.1 400/,
  ],
  [
    "a length and chunks",
    requestOf(picture, { more: "Transfer-Encoding: chunked\r\n" }),
    /^HTTP\/1\.1 400/,
  ],
  ["a chunk without a length", joined(chunked, "zz\r\n"), /^HTTP\/1\.1 400|^$/],
  ["a chunk of all that there is", joined(chunked, "ffffffffffffffffff\r\n"), /^HTTP\/1\.1 4|^$/],
  ["chunks without an end", joined(chunked, `${hex}\r\n`, picture, "\r\n"), /^HTTP\/1\.1 400|^$/],
  [
    "a million header bytes",
    joined(post, `X: ${"a".repeat(1_000_000)}\r\n\r\n`),
    /^HTTP\/1\.1 431/,
  ],
  [
    "a million bytes of headers",
    joined(post, "X: a\r\n".repeat(170_000), "\r\n"),
    /^HTTP\/1\.1 431/,
  ],
  [
    "a million bytes of address",
    joined(`GET /v1/models?${"a".repeat(1_000_000)} HTTP/1.1\r\n`),
    /^HTTP\/1\.1 431/,
  ],
  [
    "a body where none is read",
    joined("GET /v1/models HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n"),
    /^HTTP\/1\.1 200|^$/,
  ],
  [
    "an upgrade",
    requestOf(picture, { more: "Connection: Upgrade\r\nUpgrade: websocket\r\n" }),
    /^HTTP\/1\.1 200/,
  ],
  [
    "a wrong expectation",
    requestOf(picture, { more: "Expect: wonders\r\n" }),
    /^HTTP\/1\.1 (417|200)/,
  ],
  [
    "a packed body",
    requestOf(picture, { more: "Content-Encoding: gzip\r\n" }),
    /^HTTP\/1\.1 415.*A body in \\"gzip\\" is not read/s,
  ],
  [
    "a deep list",
    requestOf(new TextEncoder().encode(`{"images":[${"[".repeat(500_000)}`), {
      type: "application/json",
    }),
    /^HTTP\/1\.1 400/,
  ],
  [
    "a deep list that ends",
    requestOf(
      new TextEncoder().encode(`{"images":[${"[".repeat(500_000)}${"]".repeat(500_000)}]}`),
      { type: "application/json" },
    ),
    /^HTTP\/1\.1 400/,
  ],
  [
    "a form of boundaries",
    requestOf(new TextEncoder().encode("--x\r\n\r\n\r\n".repeat(300_000)), {
      type: "multipart/form-data; boundary=x",
    }),
    /^HTTP\/1\.1 (400|413)/,
  ],
];

Deno.test("hostile requests are refused, and the server goes on", async () => {
  await using running = service();
  const { server } = running;
  for (const [what, bytes, answer] of requests) {
    assertMatch(await answerTo(server.port, bytes), answer, what);
  }
  assertMatch(await answerTo(server.port, requestOf(picture)), /^HTTP\/1\.1 200/);
  assertEquals(server.errors, []);
});

Deno.test("who resets a connection closes no other one", async () => {
  await using running = service();
  const { port, errors } = running.server;
  const request = requestOf(picture);
  using client = await RawClient.open(port);
  await client.send(request.subarray(0, -30));
  for (let i = 0; i < 5; i++) {
    await new Promise<void>((resolve, reject) => {
      const socket = connect(port, "127.0.0.1", () => {
        socket.resetAndDestroy();
        resolve();
      }).on("error", reject);
    });
  }
  await client.send(request.subarray(-30));
  assertMatch(await client.reply(), /^HTTP\/1\.1 200/);
  assertEquals(errors, []);
});

Deno.test("of requests that come together the first eight are answered, then the connection is closed", async () => {
  await using running = service();
  const health = new TextEncoder().encode("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
  for (const [count, answered] of [[8, 8], [9, 8], [60, 8]]) {
    using client = await RawClient.open(running.server.port);
    await client.send(joined(...Array.from({ length: count }, () => health)));
    if (count === 8) await client.end();
    let text = "";
    for (let reply; (reply = await client.reply()) !== "";) text += reply;
    assertEquals(text.match(/HTTP\/1\.1 200/g)?.length, answered, `${count} at once`);
  }
});

Deno.test("pictures that unpack to more than they are worth are read or refused", async () => {
  await using running = service();
  const chosen = Object.entries(bombs).filter(([what]) => /^a (PNG|pro).*(GiB|600 x)/.test(what));
  assertEquals(chosen.length, 8);
  for (const [what, make] of chosen) {
    const bytes = make();
    const answer = await answerTo(running.server.port, requestOf(bytes));
    assertMatch(answer, /^HTTP\/1\.1 (200|400|413)/, what);
  }
  assertEquals(running.server.errors, []);
});

Deno.test("who sends slowly, or only the half, or does not read, is let go, and others are answered", async () => {
  await using running = service(400);
  const { port, errors } = running.server;
  const request = requestOf(picture);
  const silent = [
    new Uint8Array(),
    joined("POST /v1/pre"),
    request.subarray(0, 150),
    request.subarray(0, -1),
    joined(chunked, "1\r\nx"),
  ];
  const answers = silent.map((bytes) => answerTo(port, bytes, false));
  const drip = async () => {
    using client = await RawClient.open(port);
    let isOpen = true;
    const closed = client.isClosed().then(() => isOpen = false);
    while (isOpen) {
      await client.send(new TextEncoder().encode("X")); // one endless word
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await closed;
    return "";
  };
  assertMatch(await answerTo(port, request), /^HTTP\/1\.1 200/);
  for (const answer of await Promise.all([...answers, drip()])) {
    assertMatch(answer, /^HTTP\/1\.1 4|^$/);
  }
  using greedy = await RawClient.open(port);
  for (let i = 0; i < 8; i++) await greedy.send(request);
  assertMatch(await answerTo(port, request), /^HTTP\/1\.1 200/);
  assertEquals(errors, []);
});

Deno.test("a hundred connections that are cut while they send leave nothing behind", async () => {
  await using running = service();
  const request = requestOf(picture);
  for (let i = 0; i < 100; i++) {
    using client = await RawClient.open(running.server.port);
    await client.send(request.subarray(0, 7 * i));
  }
  assertMatch(await answerTo(running.server.port, request), /^HTTP\/1\.1 200/);
  const text = await (await fetch(`${running.server.address}metrics`)).text();
  assertMatch(text, /^wick_queue_images 0$/m);
  assertEquals(running.server.errors, []);
});
