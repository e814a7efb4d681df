//! Results are written into memory that nobody cleared first.

use crate::error::{Error, Result};
use crate::memory;

/// A place that several threads write to, each its own part.
#[derive(Clone, Copy)]
pub struct Shared<T>(*mut T);

// SAFETY: kernels divide the place among their threads, each of which writes its own elements.
unsafe impl<T: Send> Send for Shared<T> {}
// SAFETY: as above: a shared reference gives the same pointer, and with it no more than another thread's elements.
unsafe impl<T: Send> Sync for Shared<T> {}

impl<T> Shared<T> {
    pub fn new(pointer: *mut T) -> Self {
        Self(pointer)
    }
    /// # Safety
    /// `offset` must lie within the place, and no other thread may use the element meanwhile.
    #[inline(always)]
    pub unsafe fn at(self, offset: usize) -> *mut T {
        // SAFETY: the caller's promise.
        unsafe { self.0.add(offset) }
    }
}

/// A new vector whose every element `fill` writes. `fill` is not called for an empty vector, since an empty tensor's
/// shape may name any number of rows.
///
/// # Errors
/// Where the memory cannot be had.
///
/// # Safety
/// `fill` must write all `length` elements.
pub unsafe fn filled<T: Copy>(length: usize, fill: impl FnOnce(Shared<T>)) -> Result<Vec<T>> {
    // SAFETY: the caller's promise; the second vector has no elements.
    unsafe { filled_pair([length, 0], |out, _| fill(out)) }.map(|(data, _)| data)
}

/// Two new vectors whose every element `fill` writes. `fill` is not called where both are empty.
///
/// # Errors
/// Where the memory cannot be had.
///
/// # Safety
/// `fill` must write all elements of both.
pub unsafe fn filled_pair<T: Copy>(lengths: [usize; 2], fill: impl FnOnce(Shared<T>, Shared<T>)) -> Result<(Vec<T>, Vec<T>)> {
    let (mut first, mut second) = (room(lengths[0])?, room(lengths[1])?);
    if lengths != [0, 0] {
        fill(Shared(first.as_mut_ptr()), Shared(second.as_mut_ptr()));
    }
    // SAFETY: the capacities were reserved and the elements were written.
    unsafe {
        first.set_len(lengths[0]);
        second.set_len(lengths[1]);
    }
    Ok((first, second))
}

/// An empty vector with room for this many elements.
///
/// # Errors
/// Where the memory cannot be had.
pub fn room<T>(length: usize) -> Result<Vec<T>> {
    memory::ensure(length, size_of::<T>())?;
    let mut data = Vec::new();
    data.try_reserve_exact(length).map_err(|_| {
        Error(format!("Out of memory: a tensor of {length} elements needs {} bytes", length.saturating_mul(size_of::<T>())))
    })?;
    Ok(data)
}
