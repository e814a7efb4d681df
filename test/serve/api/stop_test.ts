import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { startServer } from "../../../src/serve/server.ts";
import { liveTensors } from "../../../src/tensor/mod.ts";
import { temporaryFolder } from "../../temporary_folder.ts";
import { picture, RawClient, requestOf } from "./raw_client.ts";
import { writeServedRun } from "./served_runs.ts";

/** A server over one run, as `serve --predict` starts it. */
function started(folder: string, patience = 600_000) {
  const errors: unknown[] = [];
  const server = startServer({
    folder,
    host: "127.0.0.1",
    port: 0,
    patience,
    onError: (error) => errors.push(error),
    predict: { watch: false, batchWait: 2, maxBatch: 64 },
  });
  return { server, errors, port: Number(new URL(server.address).port) };
}

Deno.test("a server that stops answers what has been asked, and takes nothing more", async () => {
  using parent = temporaryFolder();
  writeServedRun(parent.path, "a");
  const before = liveTensors();
  const { server, errors, port } = started(parent.path);
  const request = requestOf(picture);
  using slow = await RawClient.open(port);
  using silent = await RawClient.open(port);
  using used = await RawClient.open(port);
  await used.send(request);
  assertMatch(await used.reply(), /^HTTP\/1\.1 200/);
  assert(liveTensors() > before, "a model is loaded");
  await slow.send(request.subarray(0, -10));
  await used.send(request); // is under way when the server is told to stop
  const stopped = server.stop(20_000);
  assertMatch(await used.reply(), /^HTTP\/1\.1 200.*^connection: close/ims);
  assertEquals([await used.isClosed(), await silent.isClosed()], [true, true]);
  await assertRejects(() => RawClient.open(port), Deno.errors.ConnectionRefused);
  await slow.send(request.subarray(-10));
  assertMatch(await slow.reply(), /^HTTP\/1\.1 200.*"class"/s);
  await stopped;
  await server.finished;
  assertEquals([errors, liveTensors()], [[], before]);
});

Deno.test("a server that stops waits no longer than it was told", async () => {
  using parent = temporaryFolder();
  writeServedRun(parent.path, "a");
  const { server, port } = started(parent.path);
  using slow = await RawClient.open(port);
  await slow.send(requestOf(picture).subarray(0, -10));
  await server.stop(400);
  assertEquals(await slow.isClosed(), true);
});
