import { assertEquals } from "@std/assert";
import {
  beginning,
  ending,
  epochEvents,
  type Events,
  image,
  text,
} from "../../src/tensorboard/events.ts";
import { crc32c } from "../../src/tensorboard/record.ts";
import { readGolden } from "../golden/golden.ts";

const golden = readGolden<{ readonly name: string; readonly base64: string }>("tensorboard_events");
const time = 1767225600.25;
const settings = {
  batch_size: 32,
  hflip: true,
  lr: 0.1,
  model: "größe",
  nesterov: false,
  weight_decay: 0,
};
const png = Uint8Array.from({ length: 256 }, (_, i) => i);
const picture = { name: "picture", width: 70000, height: 300, png };

const written: Record<string, Events> = {
  beginning: beginning(settings, time),
  epoch: epochEvents(
    { epoch: 7, step: 1, lr: 0.1, train_loss: 0, train_acc: 1, val_loss: 1e-30 },
    time,
  ),
  "late epoch": epochEvents(
    { epoch: 100_000, step: 1, lr: 5e-324, train_loss: 3.5, train_acc: 0.125 },
    time,
  ),
  image: image(picture, 300, time),
  text: text("some/text", "| größe |", 300, time),
  ending: ending(time),
};

for (const { name, base64 } of golden.cases) {
  Deno.test(`events have the bytes that TensorBoard ${golden.made_by.tensorboard} writes: ${name}`, () => {
    assertEquals(written[name].toBase64(), base64);
  });
}

Deno.test("every golden case of the events is compared", () => {
  assertEquals(golden.cases.map(({ name }) => name), Object.keys(written));
});

Deno.test("crc32c() gives the checksums of RFC 3720, appendix B.4", () => {
  const ascending = Uint8Array.from({ length: 32 }, (_, i) => i);
  assertEquals(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assertEquals(crc32c(new Uint8Array(32).fill(255)), 0x62a8ab43);
  assertEquals(crc32c(ascending), 0x46dd794e);
  assertEquals(crc32c(ascending.toReversed()), 0x113fdb5c);
});
