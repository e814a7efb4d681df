import { fashionMnist, gunzip, readCsv, readImageSet } from "../../src/data/mod.ts";
import { completeConfig } from "../../src/config/config.ts";
import { configText, parseConfig } from "../../src/config/config_file.ts";
import { metricsHeader } from "../../src/train/metrics.ts";
import { parseMetrics } from "../../src/run/metrics_reader.ts";
import { encodeSafetensors } from "../../src/storage/safetensors.ts";
import { readWeightsFile, seal } from "../../src/storage/sealed.ts";
import { decodeOnnx, onnxLayer, onnxModel } from "../../src/export/mod.ts";
import {
  batchNorm2d,
  build,
  conv2d,
  flatten,
  groupNorm,
  linear,
  maxPool2d,
  mirrored,
  relu,
  residual,
  sequential,
} from "../../src/nn/mod.ts";
import { Random } from "../../src/tensor/mod.ts";
import { pictureReaders } from "./picture_readers.ts";
import { readNpy } from "../../src/data/local/npy.ts";
import { unzip } from "../../src/data/local/zip.ts";
import { npy, zip } from "../data/npz_files.ts";
import { type Bytes, gzip, smallPair } from "../data/idx_files.ts";

/** A reader of files, and whole files to edit. */
export interface Reader {
  readonly files: readonly Uint8Array[];
  /** Reads a file; what is wrong with it is a UserError or a RangeError. */
  readonly read: (bytes: Bytes) => unknown;
  /** Indices of inputs that failed once, tried first ever after. */
  readonly found: readonly number[];
  /** Ends what reading began. */
  readonly close?: () => Promise<void>;
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();
const pair = smallPair(2);

const tensors = ["0.weight", "1.weight"].map((name) => ({
  name,
  dtype: "F32" as const,
  shape: [2, 2],
  bytes: new Uint8Array(16),
}));

const metrics = "1,10,0.1,0.5,0.25,0.5,0.25,1.5,100\n2,20,0.1,1e-7,1,1,1,,\n";

/** A small model with operations of most kinds. */
function onnxFile(): Uint8Array {
  const layer = mirrored(sequential(
    conv2d(1, 2, { kernel: 3, padding: 1 }),
    batchNorm2d(2),
    relu,
    residual(conv2d(2, 2, { kernel: 1 }), groupNorm(1, 2)),
    maxPool2d(2),
    flatten,
    linear(8, 2),
  ));
  using model = build(layer, new Random(1, "init"));
  const format = { channels: 1, height: 4, width: 4, classes: ["a", "b"] };
  return onnxModel(model, { format, uint8: true, probabilities: true });
}

/** Everything that reads a file which somebody else may have written. */
export const readers: Readonly<Record<string, Reader>> = {
  idx: {
    files: [pair.images, pair.labels],
    read: (bytes) => {
      const [images, labels] = bytes[3] === 3 ? [bytes, pair.labels] : [pair.images, bytes];
      return readImageSet(
        "edited",
        { name: "images", bytes: images },
        { name: "labels", bytes: labels },
        fashionMnist,
      );
    },
    found: [],
  },
  gzip: {
    files: [
      gzip(encoder.encode("cotton, linen, silk".repeat(4))),
      Uint8Array.from([...gzip(pair.labels), ...gzip(pair.labels)]),
    ],
    read: (bytes) => gunzip(bytes, "file", 1 << 12),
    found: [],
  },
  csv: {
    files: [encoder.encode("label,a,b,c,d\n3,0,1,2,255\ncoat,9,8,7,6\n")],
    read: (bytes) => readCsv(bytes, "file"),
    found: [],
  },
  npz: {
    files: [true, false].map((packed) =>
      zip({ "x_train.npy": npy("|u1", [3, 2, 2], new Uint8Array(12)) }, packed)
    ),
    read: (bytes) => {
      for (const unpack of unzip(bytes, "file", 1 << 16).values()) readNpy(unpack(), "array");
    },
    found: [],
  },
  safetensors: {
    files: [encodeSafetensors(tensors), seal(tensors, { wick: "0", progress: "{}" })],
    read: readWeightsFile,
    found: [],
  },
  onnx: {
    files: [onnxFile()],
    read: (bytes) => onnxLayer(decodeOnnx(bytes).graph),
    found: [],
  },
  config: {
    files: (["linear", "nonlinear", "cnn"] as const).map((model) =>
      encoder.encode(configText(completeConfig({ model }, "synthetic")))
    ),
    read: (bytes) => parseConfig(decoder.decode(bytes), "config.json"),
    found: [],
  },
  metrics: {
    files: [encoder.encode(`${metricsHeader}${metrics}`)],
    read: (bytes) => parseMetrics(decoder.decode(bytes), "metrics.csv"),
    found: [],
  },
  ...pictureReaders,
};
