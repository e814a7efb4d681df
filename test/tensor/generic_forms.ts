import { assert, assertEquals } from "@std/assert";
import { native } from "../../src/ffi/mod.ts";

/** Throws unless `run` gives the same numbers by the device-generic forms as by ours, to 1e-5. */
export function assertGenericAgrees(run: () => number[][], what: string): void {
  const ours = run();
  native.wick_force_generic(1);
  try {
    run().forEach((values, i) => assertClose(values, ours[i], `${what}, result ${i}`));
  } finally {
    native.wick_force_generic(0);
  }
}

function assertClose(found: number[], wanted: number[], what: string): void {
  assertEquals(found.length, wanted.length, what);
  found.forEach((value, i) => {
    const scale = Math.max(1, Math.abs(wanted[i]));
    assert(
      Math.abs(value - wanted[i]) <= 1e-5 * scale,
      `${what}: element ${i} is ${value}, and ours ${wanted[i]}`,
    );
  });
}
