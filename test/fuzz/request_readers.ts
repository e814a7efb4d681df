import { UserError } from "../../src/errors.ts";
import { startServer } from "../../src/serve/server.ts";
import { temporaryFolder } from "../temporary_folder.ts";
import { joined, picture, RawClient, requestOf } from "../serve/api/raw_client.ts";
import { writeServedRun } from "../serve/api/served_runs.ts";
import type { Reader } from "./readers.ts";

const encoder = new TextEncoder();
const row = `[${Array(28).fill(7).join()}]`;
const pixels = encoder.encode(`{"images":[[${Array(28).fill(row).join()}]]}`);
const part = 'Content-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n';
const form = joined(`--x\r\n${part}`, picture, `\r\n--x\r\n${part}`, picture, "\r\n--x--\r\n");
const head = "HTTP/1.1\r\nHost: localhost\r\n";

/** Requests as clients send them. */
const requests = [
  requestOf(picture, { query: "?model=a&top=3" }),
  requestOf(picture, { type: "application/octet-stream", more: "Expect: 100-continue\r\n" }),
  requestOf(pixels, { type: "application/json" }),
  requestOf(form, { type: "multipart/form-data; boundary=x" }),
  joined(
    `POST /v1/predict ${head}Content-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n`,
    `${picture.length.toString(16)}\r\n`,
    picture,
    "\r\n0\r\n\r\n",
  ),
  joined(`GET /v1/models ${head}Authorization: Bearer x\r\nOrigin: http://localhost\r\n\r\n`),
  joined(`OPTIONS /v1/predict ${head}Origin: http://localhost\r\n\r\n`),
  joined(`GET /runs/a?x=1 ${head}If-None-Match: "a"\r\n\r\nGET /healthz ${head}\r\n`),
];

/** A server over one run, and what went wrong inside it. */
function service() {
  const folder = temporaryFolder();
  writeServedRun(folder.path, "a");
  const errors: unknown[] = [];
  const server = startServer({
    folder: folder.path,
    host: "127.0.0.1",
    port: 0,
    onError: (error) => errors.push(error),
    predict: { watch: false, batchWait: 2, maxBatch: 64 },
  });
  const close = async () => {
    await server.close();
    folder[Symbol.dispose]();
  };
  return { port: Number(new URL(server.address).port), errors, close };
}

let running: ReturnType<typeof service> | undefined;

/** Sends a request and nothing more; a refusal is a UserError, anything but a reply or a cut an Error. */
async function ask(bytes: Uint8Array): Promise<void> {
  running ??= service();
  using client = await RawClient.open(running.port);
  await client.send(bytes);
  await client.end();
  let reply = await client.reply();
  while (/^HTTP\/1\.1 100 /.test(reply)) {
    const rest = reply.slice(reply.indexOf("\r\n\r\n") + 4);
    reply = rest || await client.reply();
  }
  const [error] = running.errors;
  if (error !== undefined) throw new Error("something went wrong inside", { cause: error });
  if (/^HTTP\/1\.1 [23]\d\d /.test(reply)) return;
  if (reply === "" || /^HTTP\/1\.1 4\d\d /.test(reply)) throw new UserError("It is refused");
  throw new Error(`it is answered with ${JSON.stringify(reply.slice(0, 200))}`);
}

/** What answers requests that somebody else may have written. */
export const requestReaders: Readonly<Record<string, Reader>> = {
  "HTTP requests": {
    files: requests,
    read: ask,
    found: [],
    close: () => running?.close() ?? Promise.resolve(),
  },
};
