import { assert } from "@std/assert";
import { UserError } from "../../src/errors.ts";
import { Random } from "../../src/tensor/mod.ts";
import { completeConfig } from "../../src/train/config.ts";
import { configText, parseConfig } from "../../src/train/config_file.ts";
import { metricsHeader } from "../../src/train/metrics.ts";
import { parseMetrics } from "../../src/train/metrics_reader.ts";
import { encodeSafetensors } from "../../src/train/safetensors.ts";
import { readWeightsFile } from "../../src/train/sealed.ts";

const count = 20_000;
const encoder = new TextEncoder();
const pieces = [...'{}[]",:0123456789-.eE \n\\', "null", "1e308", "-1", "9007199254740993"]
  .map((piece) => encoder.encode(piece));

/** A file with one to four random edits: a byte changed, bytes cut out, doubled or put in. */
function edited(file: Uint8Array, draws: Uint32Array): Uint8Array {
  let bytes = Array.from(file);
  for (let i = 0; i <= draws[0] % 4; i++) {
    const [kind, place, value] = draws.subarray(1 + 3 * i);
    const at = place % bytes.length;
    if (kind % 5 === 0) bytes[at] = value & 255;
    if (kind % 5 === 1) bytes.splice(at, value % 16);
    if (kind % 5 === 2) bytes.splice(at, 0, ...pieces[value % pieces.length]);
    if (kind % 5 === 3) bytes.splice(at, 0, ...bytes.slice(at, at + value % 64));
    if (kind % 5 === 4) bytes = bytes.slice(0, Math.max(1, at));
  }
  return Uint8Array.from(bytes);
}

/** Reads `count` edited files; every failure must be one of the errors that are meant for it. */
function torment(file: Uint8Array, seed: number, read: (bytes: Uint8Array) => void) {
  const random = new Random(seed, "fuzz");
  let refused = 0;
  for (let index = 0; index < count; index++) {
    const bytes = edited(file, random.at({ index }).bits(13));
    const begun = performance.now();
    try {
      read(bytes);
    } catch (error) {
      const meant = error instanceof UserError || error instanceof RangeError;
      assert(meant && !error.message.includes("call stack"), `seed ${seed}, ${index}: ${error}`);
      refused++;
    }
    assert(performance.now() - begun < 1000, `seed ${seed}, ${index} took over a second`);
  }
  assert(refused > count / 2, `${refused} refused`);
}

const tensor = (name: string) => ({
  name,
  dtype: "F32" as const,
  shape: [2, 2],
  bytes: new Uint8Array(16),
});

Deno.test("20,000 edited safetensors files are read or refused, and nothing else", () => {
  torment(encodeSafetensors([tensor("0.weight"), tensor("1.weight")]), 1, readWeightsFile);
});

Deno.test("20,000 edited configs are read or refused, and nothing else", () => {
  const text = configText(completeConfig({ model: "cnn" }, "synthetic"));
  const decoder = new TextDecoder();
  torment(encoder.encode(text), 2, (bytes) => parseConfig(decoder.decode(bytes), "config.json"));
});

Deno.test("20,000 edited metrics are read or refused, and nothing else", () => {
  const text = `${metricsHeader}1,10,0.1,0.5,0.25,0.5,0.25,1.5,100\n2,20,0.1,1e-7,1,1,1,,\n`;
  const decoder = new TextDecoder();
  torment(encoder.encode(text), 3, (bytes) => parseMetrics(decoder.decode(bytes), "metrics.csv"));
});

Deno.test("a deeply nested header is refused without exhausting the stack", () => {
  const depth = 100_000;
  const text = encoder.encode(`{"a":${"[".repeat(depth)}${"]".repeat(depth)}}`);
  const file = new Uint8Array(8 + text.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  let message = "";
  try {
    readWeightsFile(file);
  } catch (error) {
    message = error instanceof RangeError ? error.message : String(error);
  }
  assert(/^(a|its header) /.test(message), message);
});
