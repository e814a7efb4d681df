import { assertEquals, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { Bodies, bodyLimit } from "../../src/serve/bodies.ts";
import { RequestError } from "../../src/serve/request_error.ts";

/** A request whose body comes in pieces of these lengths; one that is cut ends before its end. */
function request(lengths: readonly number[], isCut = false): IncomingMessage {
  const message = new IncomingMessage(new Socket());
  for (const length of lengths) message.push(Buffer.alloc(length, 7));
  if (!isCut) message.push(null);
  else setImmediate(() => message.destroy());
  return message;
}

Deno.test("a body is read whole, and what all hold together is bounded until it is given back", async () => {
  const bodies = new Bodies(100);
  assertEquals(await bodies.read(request([30, 40])), new Uint8Array(70).fill(7));
  const error = await assertRejects(() => bodies.read(request([20, 20])), RequestError);
  assertEquals([error.status, error.retryAfter], [429, 1]);
  assertEquals((await bodies.read(request([30]))).length, 30, "what was refused is not held");
  bodies.release(70);
  assertEquals((await bodies.read(request([70]))).length, 70);
});

Deno.test("a body that is too long or ends too early is refused, and not held", async () => {
  const bodies = new Bodies(100);
  const status = async (reading: Promise<unknown>) =>
    (await assertRejects(() => reading, RequestError)).status;
  assertEquals(await status(bodies.read(request([1]), bodyLimit + 1)), 413);
  assertEquals(await status(bodies.read(request([60], true))), 400);
  const gone = request([60], true);
  gone.destroy();
  assertEquals(await status(bodies.read(gone)), 400);
  assertEquals((await bodies.read(request([100]))).length, 100);
});
