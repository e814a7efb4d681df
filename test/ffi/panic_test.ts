import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { liveTensors, native, NativeError } from "../../src/ffi/mod.ts";
import { libraryPath } from "../../src/ffi/place.ts";
import { type Export, readManifest } from "../../tasks/bindings/manifest.ts";
import { Tensor } from "../../src/tensor/mod.ts";

const { exports } = readManifest(libraryPath());
const calls = native as unknown as Record<string, (...args: unknown[]) => unknown>;
const classes: Record<string, new (length: number) => unknown> = {
  u8: Uint8Array,
  u32: Uint32Array,
  i64: BigInt64Array,
  f32: Float32Array,
  f64: Float64Array,
};

/** Arguments of the right types; their values do not matter, since the call panics. */
const argumentsOf = (row: Export) =>
  row.arguments.map(({ type }) => {
    const element = /\[(.*)\]$/.exec(type)?.[1];
    return element === undefined ? 0 : new classes[element](1);
  });

Deno.test(`a panic in any of the ${exports.length} exports is an exception, and the process goes on`, () => {
  // Another file's tests may have run on this thread, whose sets stay resident.
  const before = liveTensors();
  let panics = 0;
  for (const row of exports) {
    native.wick_panic_next();
    const error = assertThrows(() => calls[row.name](...argumentsOf(row)), NativeError);
    const message = `Internal error in ${row.name}: a panic was asked for in ${row.name}`;
    assertEquals(error.message.slice(0, message.length), message);
    panics++;
    using two = Tensor.from([1, 2], [2]);
    using sum = two.add(two);
    assertEquals(sum.numbers(), [2, 4], `after ${row.name}`);
  }
  assertEquals(panics, Object.keys(native).length);
  assertEquals(liveTensors(), before);
});

Deno.test("a reference from before the first call leads to the library that was loaded then", () => {
  assertStrictEquals(calls.tensor_copy, calls.tensor_copy);
  assertStrictEquals(calls.tensor_copy, native.tensor_copy);
});

Deno.test("an array of another class than a parameter's is a TypeError and not a wrong read", () => {
  for (const row of exports) {
    row.arguments.forEach(({ type }, place) => {
      if (!type.endsWith("]")) return;
      for (const Class of Object.values(classes)) {
        const given = argumentsOf(row);
        if (given[place] instanceof Class) continue;
        given[place] = new Class(1);
        assertThrows(() => calls[row.name](...given), TypeError, "Expected a ");
      }
    });
  }
});

Deno.test("a detached buffer is an error", () => {
  const [data, shape] = [new Float32Array(2), Uint32Array.of(2)];
  data.buffer.transfer();
  assertThrows(() => native.tensor_from_f32(data, shape, 0), NativeError, "0 numbers do not fill");
});

Deno.test("a handle of another thread is an error", async () => {
  const url = new URL("./worker.ts", import.meta.url);
  const worker = new Worker(url, { type: "module" });
  const foreign = await new Promise<number>((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
  });
  assertThrows(() => native.tensor_copy(foreign), NativeError, "belongs to another thread");
  worker.terminate();
});
