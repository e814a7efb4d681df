import { assert, assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import { decodeSafetensors, syntheticSet } from "../../src/mod.ts";
import { temporaryFolder } from "../temporary_folder.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

Deno.test("the example trains a model of its own on a CSV file, and saves its weights", async () => {
  using folder = temporaryFolder();
  const [csv, weights] = [`${folder.path}/images.csv`, `${folder.path}/weights.safetensors`];
  const { images, labels, classes } = syntheticSet("test", 1000);
  const lines = Array.from(labels, (label, i) => {
    return [classes[label], ...images.subarray(i * 784, i * 784 + 784)].join();
  });
  Deno.writeTextFileSync(csv, lines.join("\n") + "\n");
  const library = "--allow-ffi=native/target/release";
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-check", "--import-map=.wick/import_map.json", library]
      .concat("--allow-read", "--allow-write", "--allow-env=WICK_LIBRARY")
      .concat("examples/own_data.ts", csv, weights),
    cwd: root,
  }).output();
  const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assertEquals([code, error], [0, ""]);
  const found = /epoch 3 {2}val_acc (\d\.\d{4}) \(200 images\)\n$/.exec(out);
  assertMatch(out, /^epoch 1 {2}val_acc/);
  assert(Number(found?.[1]) > 0.5, out);
  const { tensors, metadata } = decodeSafetensors(Deno.readFileSync(weights));
  assertEquals(metadata.classes, [...classes].sort().join());
  const last = tensors.find(({ name }) => name === "8.weight");
  assertEquals(last?.shape, [10, 8 * 7 * 7]);
});
