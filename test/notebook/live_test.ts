import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Broadcast, Media } from "../../src/notebook/broadcast.ts";
import { LiveOutput, settled } from "../../src/notebook/live_output.ts";
import { LiveComparison, LiveTraining } from "../../src/notebook/mod.ts";
import { sgd } from "../../src/nn/mod.ts";
import { fit } from "../../src/train/mod.ts";
import { data, layer } from "../train/fixtures.ts";

const optimizer = sgd({ lr: 0.1 });
const settings = { model: layer, data, optimizer, epochs: 2, batchSize: 16 };

/** A notebook that keeps what is sent, and shows what Jupyter would: the last state of each output. */
class Reader {
  readonly messages: { readonly type: string; readonly id: string; readonly data: Media }[] = [];

  readonly send: Broadcast = async (type, content) => {
    await Promise.resolve();
    const { data, transient } = content as { data: Media; transient: { display_id: string } };
    this.messages.push({ type, id: transient.display_id, data });
  };

  get outputs(): Media[] {
    const shown = new Map<string, Media>();
    for (const { id, data } of this.messages) shown.set(id, data);
    return [...shown.values()];
  }
}

Deno.test("a live output is displayed once and updated from then on, in order", async () => {
  const { messages, send } = new Reader();
  const [first, second] = [new LiveOutput(send), new LiveOutput(send)];
  first.update({ "text/plain": "1" });
  second.update({ "text/plain": "2" });
  first.update({ "text/plain": "3" });
  await settled();
  assertEquals(messages.map(({ data }) => data["text/plain"]), ["1", "2", "3"]);
  const [a, b, c] = messages;
  assertEquals([a.type, b.type, c.type], ["display_data", "display_data", "update_display_data"]);
  assert(a.id === c.id && a.id !== b.id);
});

Deno.test("settled() throws what kept an output from leaving, once", async () => {
  const output = new LiveOutput(() => Promise.reject(new Error("the reader is gone")));
  output.update({ "text/plain": "1" });
  await assertRejects(settled, Error, "the reader is gone");
  await settled();
});

Deno.test("a live training ends with a line an epoch above the curves", async () => {
  const reader = new Reader();
  using fitted = await fit({ ...settings, watcher: new LiveTraining("A model", reader.send) });
  const [lines, curves, ...more] = reader.outputs;
  assertEquals(more, []);
  const [first, second, last] = lines["text/plain"].split("\n");
  assertStringIncludes(first, "epoch 1/2");
  assertStringIncludes(second, `val_acc ${fitted.history[1].val_acc!.toFixed(4)}`);
  assertStringIncludes(last, `best epoch, ${fitted.best.epoch}`);
  assertStringIncludes(curves["image/svg+xml"], 'aria-label="A model: 2 of 2 epochs"');
});

Deno.test("a live comparison ends with a line a training above the curves of all", async () => {
  const reader = new Reader();
  const comparison = new LiveComparison("Seeds", "validation images", reader.send);
  using known = await fit(settings);
  comparison.add("known", known);
  for (const seed of [1, 2]) {
    using _ = await fit({ ...settings, seed, watcher: comparison.watch(`seed ${seed}`) });
  }
  const [lines, curves, ...more] = reader.outputs;
  assertEquals(more, []);
  assertEquals(lines["text/plain"].split("\n").map((line) => line.slice(0, 15)), [
    "seed 1: val_acc",
    "seed 2: val_acc",
  ]);
  for (const name of ["known", "seed 1", "seed 2"]) {
    assertStringIncludes(curves["image/svg+xml"], `>${name}</text>`);
  }
});
