import { assert } from "@std/assert";
import { readWeightsFile } from "../../src/storage/sealed.ts";

Deno.test("a deeply nested header is refused without exhausting the stack", () => {
  const depth = 100_000;
  const text = new TextEncoder().encode(`{"a":${"[".repeat(depth)}${"]".repeat(depth)}}`);
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
