/** One export of the native library. */
export interface Export {
  readonly name: string;
  readonly documentation: string;
  /** `handle`, `u32`, `f64`, `[u32]`, `mut [f32]` ... */
  readonly arguments: readonly { readonly name: string; readonly type: string }[];
  readonly result: "handle" | "status" | "count";
}

/** What a built library says of itself: its exports and the hash over them. */
export function readManifest(library: string): { hash: number; exports: Export[] } {
  const { wick_abi_hash, wick_manifest } = Deno.dlopen(library, {
    wick_abi_hash: { parameters: [], result: "u32" },
    wick_manifest: { parameters: ["buffer", "u32"], result: "u32" },
  }).symbols;
  const text = new Uint8Array(wick_manifest(new Uint8Array(0), 0));
  wick_manifest(text, text.length);
  return { hash: wick_abi_hash(), exports: JSON.parse(new TextDecoder().decode(text)) };
}
