//! Tensors are lent to TypeScript as handles: ever-increasing numbers, never reused, so that a stale,
//! doubled or foreign handle is an error and not somebody else's tensor.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};

use candle_core::Tensor;

use crate::error::{Error, Result};

/// An integer in `1..2^53`, passed as a double: Deno's fast path knows no 64-bit integer.
pub type Handle = f64;

/// Handles are distinct small integers already: one multiplication spreads them.
#[derive(Default)]
struct HandleHasher(u64);

impl Hasher for HandleHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 << 8) | u64::from(byte);
        }
    }
    fn write_u64(&mut self, value: u64) {
        self.0 = value.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

type Table = HashMap<u64, Tensor, BuildHasherDefault<HandleHasher>>;

static NEXT: AtomicU64 = AtomicU64::new(1);

thread_local! {
    static TABLE: RefCell<Table> = RefCell::new(Table::default());
}

/// Takes a tensor over and returns its new handle.
pub fn put(tensor: Tensor) -> Result<Handle> {
    let key = NEXT.fetch_add(1, Ordering::Relaxed);
    TABLE.with_borrow_mut(|table| table.insert(key, tensor));
    Ok(key as f64)
}

fn unknown(handle: Handle) -> Error {
    let issued = NEXT.load(Ordering::Relaxed);
    if handle >= 1.0 && handle.fract() == 0.0 && (handle as u64) < issued {
        Error(format!("Tensor {handle} has been disposed already, or belongs to another thread"))
    } else {
        Error(format!("{handle} is not a tensor's handle"))
    }
}

/// The tensor behind a handle: a cheap copy that shares its storage.
pub fn get(handle: Handle) -> Result<Tensor> {
    TABLE
        .with_borrow(|table| table.get(&(handle as u64)).cloned())
        .filter(|_| handle.fract() == 0.0)
        .ok_or_else(|| unknown(handle))
}

/// As [`get`], where 0 stands for no tensor.
pub fn get_optional(handle: Handle) -> Result<Option<Tensor>> {
    if handle == 0.0 { Ok(None) } else { get(handle).map(Some) }
}

pub fn get_all(handles: &[Handle]) -> Result<Vec<Tensor>> {
    handles.iter().map(|&handle| get(handle)).collect()
}

/// Forgets a handle; the tensor's storage is freed with its last user.
pub fn free(handle: Handle) -> Result<()> {
    if handle.fract() != 0.0 {
        return Err(unknown(handle));
    }
    TABLE.with_borrow_mut(|table| table.remove(&(handle as u64))).map(drop).ok_or_else(|| unknown(handle))
}

/// How many tensors this thread holds.
pub fn live() -> usize {
    TABLE.with_borrow(Table::len)
}
