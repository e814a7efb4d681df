//! The manifest of all exports, from which `src/ffi/symbols.ts` is generated, and its hash.

use crate::abi::{Export, copy_out};
use crate::exports::all;

/// The manifest of all exports as JSON.
pub fn manifest() -> String {
    let row = |export: &Export| {
        let arguments: Vec<String> = export
            .arguments
            .iter()
            .map(|(name, kind)| format!("{{\"name\":\"{name}\",\"type\":\"{}\"}}", kind.to_lowercase()))
            .collect();
        format!(
            "{{\"name\":\"{}\",\"documentation\":{:?},\"arguments\":[{}],\"result\":\"{}\"}}",
            export.name,
            export.documentation.trim(),
            arguments.join(","),
            export.result.to_lowercase()
        )
    };
    let rows: Vec<String> = all().map(row).collect();
    format!("[{}]", rows.join(",\n"))
}

/// FNV-1a of the manifest: a library and a `symbols.ts` that do not belong together never meet.
pub fn hash(text: &str) -> u32 {
    text.bytes().fold(0x811C_9DC5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// Copies the manifest out and returns its length in bytes.
#[unsafe(no_mangle)]
pub extern "C" fn wick_manifest(out: *mut u8, capacity: u32) -> u32 {
    copy_out(&manifest(), out, capacity)
}

/// The manifest's hash.
#[unsafe(no_mangle)]
pub extern "C" fn wick_abi_hash() -> u32 {
    hash(&manifest())
}
