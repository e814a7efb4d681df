import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { evaluateCommand } from "../../src/commands/evaluate_command.ts";
import { exportCommand } from "../../src/commands/export_command.ts";
import { UsageError, UserError } from "../../src/errors.ts";
import { decodeOnnx, onnxModel } from "../../src/export/mod.ts";
import { makesPages } from "../../src/export/page/script.ts";
import { encodeOnnx } from "../../src/export/onnx_file.ts";
import { build, flatten, linear, sequential } from "../../src/nn/mod.ts";
import { Run } from "../../src/run/run.ts";
import { Random } from "../../src/tensor/mod.ts";
import { unzip } from "../../src/data/local/zip.ts";
import { modelOf } from "../../src/train/recipe.ts";
import { fashionMnist } from "../../src/data/mod.ts";
import { temporaryFolder } from "../temporary_folder.ts";
import { config, environment, trainTo } from "../train/fixtures.ts";

/** What evaluate prints of a model as JSON. */
async function evaluated(path: string): Promise<Record<string, unknown>> {
  const said: string[] = [];
  const page = { colour: false, columns: 80 };
  await evaluateCommand(path, { json: true }, (text) => said.push(text), page);
  return JSON.parse(said.join("\n"));
}

Deno.test("a run is exported as evaluate has it, and evaluate counts the same of the file", async () => {
  using folder = temporaryFolder();
  const settings = { model: "cnn", hidden: 4, ema: 0.9, normalize: "0.25:0.5", tta: "mirror" };
  const digests = { images: "0".repeat(64) };
  using run = Run.create(
    config(settings as Parameters<typeof config>[0]),
    { ...environment, data_sha256: digests },
    folder.path,
  );
  await trainTo(run, Infinity, undefined, modelOf(run.config));
  const names = ["plain.onnx", "all.onnx", "model.py", "weights.npz", "page.html"];
  const [plain, finished, torch, npz, html] = names.map(
    (name) => `${folder.path}/${name}`,
  );
  const said: string[] = [];
  const tell = (text: string) => void said.push(text);
  Deno.writeTextFileSync(plain, "what was there");
  await exportCommand(run.folder, { onnx: plain, torch, npz }, tell);
  if (makesPages) await exportCommand(run.folder, { html }, tell);
  await exportCommand(run.folder, { onnx: finished, uint8: true, probabilities: true }, tell);

  const { path, ...expected } = await evaluated(run.folder);
  assertEquals(path, `${run.folder}/checkpoints/best.safetensors`);
  assertEquals(expected.count, 10_000);
  assertEquals(await evaluated(plain), { path: plain, ...expected });
  assertEquals(await evaluated(finished), { path: finished, ...expected });

  const { graph, metadata, producer } = decodeOnnx(Deno.readFileSync(plain));
  assertEquals(producer[0], "wick");
  assertEquals(JSON.parse(metadata.classes), fashionMnist.classes);
  assertEquals([metadata.model, metadata.epoch], ["cnn", String(expected.epoch)]);
  assertEquals(JSON.parse(metadata.data_sha256), digests);
  assertEquals(JSON.parse(metadata.config).tta, "mirror");
  assertStringIncludes(said.join("\n"), `weights' SHA-256 ${metadata.weights_sha256}`);
  const weights = graph.weights.map(({ name }) => name);
  const arrays = [...unzip(Deno.readFileSync(npz), npz, 1e6).keys()];
  assertEquals(arrays, weights.map((name) => `${name}.npy`));
  if (makesPages) assertStringIncludes(Deno.readTextFileSync(html), metadata.weights_sha256);
  const script = Deno.readTextFileSync(torch);
  assertStringIncludes(script, `SHA-256 of the weights: ${metadata.weights_sha256}`);
  assertStringIncludes(script, "layers = Mirrored(layers)");
  assertStringIncludes(script, "        nn.Conv2d(1, 4, 3, padding=1),\n        nn.ReLU(),\n");
  assert([...Deno.readDirSync(folder.path)].every(({ name }) => !name.endsWith(".tmp")));
});

Deno.test("what export cannot do is one sentence", async () => {
  using folder = temporaryFolder();
  const refused = (flags: Parameters<typeof exportCommand>[1], text: string, path = "nowhere") =>
    assertRejects(() => exportCommand(path, flags, () => {}), UserError, text);
  await refused({}, "What to write? --onnx FILE.onnx");
  await refused({ npz: "x.npz", uint8: true }, "--uint8 is for --onnx and --torch");
  await refused({ npz: "x.npz" }, "There is no run folder or weights file nowhere");
  using run = Run.create(config(), environment, folder.path);
  await refused({ npz: "x.npz" }, "has no weights yet", run.folder);
  await trainTo(run, Infinity, undefined, modelOf(run.config));
  const missing = `${folder.path}/missing/model.onnx`;
  await refused({ onnx: missing }, `Cannot write ${missing}: `, run.folder);
});

Deno.test("a file of ONNX that wick did not write is refused in one sentence", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/model.onnx`;
  const layer = sequential(flatten, linear(784, 10));
  using model = build(layer, new Random(1, "init"));
  const bytes = onnxModel(model, { format: fashionMnist });
  const file = decodeOnnx(bytes);
  const { graph } = file;
  const [first, second] = graph.nodes;
  const refused = async (text: string, content: Uint8Array = bytes) => {
    Deno.writeFileSync(path, content);
    await assertRejects(() => evaluated(path), UserError, text);
  };
  const edited = (change: Partial<typeof graph>) =>
    encodeOnnx({ ...file, graph: { ...graph, ...change } });
  const nodes = (...changed: typeof graph.nodes[number][]) => edited({ nodes: changed });

  await assertRejects(() => evaluated(path), UserError, `Cannot read ${path}: there is no such`);
  await refused(
    "it has the operation LSTM, which wick's own export does not write",
    nodes(first, { ...second, op: "LSTM" }),
  );
  await refused("the operation constructor", nodes(first, { ...second, op: "constructor" }));
  await refused(
    "its 1.Gemm has transB 0; wick writes 1",
    nodes(first, { ...second, attributes: { transB: { i: 0 } } }),
  );
  await refused(
    "its 1.Gemm has the attributes alpha,transB; wick writes transB",
    nodes(first, { ...second, attributes: { ...second.attributes, alpha: { f: 2 } } }),
  );
  await refused(
    "its 1.Gemm takes elsewhere, which is not there",
    nodes(first, { ...second, inputs: ["elsewhere", ...second.inputs.slice(1)] }),
  );
  await refused("its output scores is given by no operation", nodes(first));
  const flipped = graph.weights.map((tensor) => ({
    ...tensor,
    bytes: tensor.bytes.map((byte, i) => i === 0 ? byte ^ 1 : byte),
  }));
  await refused(
    "its weights have another SHA-256 than when it was written",
    edited({ weights: flipped }),
  );
  await refused("it has two values scores", nodes(first, second, second));
  await refused("a message in it is cut", bytes.subarray(0, bytes.length - 3));
  await refused("Cannot read", new TextEncoder().encode("no model"));
  await refused("Cannot read", new Uint8Array());
  await refused("it names no classes", encodeOnnx({ ...file, metadata: {} }));
  await refused(
    "its input is not [batch, channels, height, width]",
    edited({ input: { ...graph.input, shape: ["batch", 784] } }),
  );
  await refused(
    "The model's outputs are [1, 10], but the images are of 2 classes",
    encodeOnnx({ ...file, metadata: { classes: '["a", "b"]' } }),
  );
  const [weight, bias] = graph.weights;
  await refused(
    "Cannot read",
    edited({ weights: [weight, { ...bias, shape: [5], bytes: bias.bytes.subarray(20) }] }),
  );
  Deno.writeFileSync(path, bytes);
  const page = { colour: false, columns: 80 };
  await assertRejects(
    () => evaluateCommand(path, { model: "cnn" }, () => {}, page),
    UsageError,
    "--model is for weights files",
  );
});
