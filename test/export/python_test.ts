import { assert, assertEquals, assertThrows } from "@std/assert";
import { torchScript } from "../../src/export/mod.ts";
import { type AnyModel, models } from "../../src/models/mod.ts";
import { fashionMnist } from "../../src/data/mod.ts";
import { build, mirrored, standardized } from "../../src/nn/mod.ts";
import { encodeNpz, type StoredTensor } from "../../src/storage/mod.ts";
import { Random } from "../../src/tensor/mod.ts";
import { python, pythonHas } from "../python.ts";
import { temporaryFolder } from "../temporary_folder.ts";
import { writeCase } from "./cases.ts";
import { Dice, drawnModel, drawnNetwork } from "./networks.ts";

const noTorch = !pythonHas("torch", "numpy");
const noNumPy = !pythonHas("numpy");

/** What `run_torch.py` says of a script. */
interface Found {
  readonly error: number;
  readonly largest: number;
  readonly classes: readonly string[];
  readonly training: boolean;
  readonly tensors: number;
  readonly sameNames: boolean;
}

Deno.test({
  name: "the PyTorch modules of every model and of 100 networks give their scores" +
    (noTorch ? " (needs a python3 with PyTorch: pip install torch)" : ""),
  ignore: noTorch,
  async fn() {
    using folder = temporaryFolder();
    const tensors = new Map<string, number>();
    const write = (name: string, ...[model, pixels, format, form]: WriteArguments) => {
      writeCase(folder.path, name, model, pixels, format, form);
      Deno.writeTextFileSync(`${folder.path}/${name}.py`, torchScript(model, { format, ...form }));
      tensors.set(name, model.parameters.length + model.buffers.length);
    };
    for (let seed = 0; seed < 100; seed++) {
      const network = drawnNetwork(seed);
      using model = drawnModel(network, seed);
      const [channels, height, width] = network.image;
      const classes = Array.from({ length: network.classes }, (_, label) => `"${label}"\\ é`);
      const form = { uint8: seed % 4 === 1, probabilities: seed % 4 === 2 };
      const pixels = noise(seed, 2 * channels * height * width);
      write(`network_${seed}`, model, pixels, { channels, height, width, classes }, form);
    }
    for (const { name, of } of models as readonly AnyModel[]) {
      const layer = mirrored(standardized(of({}, fashionMnist), { mean: [0.29], std: [0.35] }));
      using model = build(layer, new Random(1, "init"));
      write(name.replace("-", "_"), model, noise(1, 8 * 784), fashionMnist);
    }
    const said = await python(new URL("run_torch.py", import.meta.url), folder.path);
    const results: [string, Found][] = Object.entries(JSON.parse(said));
    assertEquals(results.length, tensors.size);
    for (const [name, { error, largest, ...found }] of results) {
      assert(error <= 1e-5 * largest, `${name}: ${error} of ${largest}`);
      assertEquals([found.training, found.sameNames, found.tensors], [
        false,
        true,
        tensors.get(name),
      ], name);
    }
    assertEquals(JSON.parse(said).network_1.classes[1], '"1"\\ é');
  },
});

type WriteArguments = Parameters<typeof writeCase> extends [string, string, ...infer Rest] ? Rest
  : never;

const noise = (seed: number, length: number) => {
  const dice = new Dice(seed);
  return Uint8Array.from({ length }, () => dice.from(0, 255));
};

const bytesOf = ({ buffer }: { readonly buffer: ArrayBuffer }) => new Uint8Array(buffer);

Deno.test({
  name: "NumPy reads the archive of weights" +
    (noNumPy ? " (needs a python3 with NumPy: pip install numpy)" : ""),
  ignore: noNumPy,
  async fn() {
    using folder = temporaryFolder();
    const path = `${folder.path}/weights.npz`;
    const tensors: StoredTensor[] = [
      {
        name: "0.weight",
        dtype: "F32",
        shape: [2, 3],
        bytes: bytesOf(Float32Array.of(1, 2, 3, 4, 5, 6)),
      },
      { name: "0.bias", dtype: "F32", shape: [2], bytes: bytesOf(Float32Array.of(0.5, -1)) },
      {
        name: "1.num_batches_tracked",
        dtype: "I64",
        shape: [],
        bytes: bytesOf(BigInt64Array.of(7n)),
      },
      { name: "é/x", dtype: "U8", shape: [1, 0], bytes: new Uint8Array() },
      { name: "double", dtype: "F64", shape: [1], bytes: bytesOf(Float64Array.of(1e300)) },
    ];
    Deno.writeFileSync(path, encodeNpz(tensors));
    assertEquals(JSON.parse(await python(new URL("read_npz.py", import.meta.url), path)), {
      "0.weight": ["<f4", [2, 3], 21],
      "0.bias": ["<f4", [2], -0.5],
      "1.num_batches_tracked": ["<i8", [], 7],
      "é/x": ["|u1", [1, 0], 0],
      double: ["<f8", [1], 1e300],
    });
  },
});

Deno.test("an element type that NumPy has not is refused", () => {
  const tensor = { name: "w", dtype: "BF16" as const, shape: [1], bytes: new Uint8Array(2) };
  assertThrows(() => encodeNpz([tensor]), RangeError, "w is BF16, which NumPy has not");
});
