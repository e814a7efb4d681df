/** Holds a tensor, and tells its handle to whoever started it. */
import { native } from "../../src/ffi/mod.ts";

const starter = globalThis as unknown as { postMessage(message: number): void };
starter.postMessage(native.tensor_full(1, 3, Uint32Array.of(2), 0));
