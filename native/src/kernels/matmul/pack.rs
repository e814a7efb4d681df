//! Packing: a panel of the right factor with its rows side by side.

use std::mem::MaybeUninit;
use std::ops::Range;

use super::whole::Matrix;
use crate::kernels::copy::Transpose;
use crate::kernels::vector::Float;

/// Room for the packed terms of one panel: half of a small first-level cache. No vector straddles two cache lines.
#[repr(align(64))]
pub(super) struct Room<T>([MaybeUninit<T>; ROOM]);

impl<T> Room<T> {
    #[inline(always)]
    pub(super) fn new() -> Self {
        Self([const { MaybeUninit::uninit() }; ROOM])
    }
    #[inline(always)]
    pub(super) fn place(&mut self) -> *mut T {
        self.0.as_mut_ptr().cast()
    }
}

/// Elements of a room; as many whole blocks of a panel as fit are packed at a time.
pub(super) const ROOM: usize = 4096;

/// `to[(k - terms.start) * width + i] = b[k, column + i]`, 0 past the last column.
///
/// # Safety
/// `to` must have room for all terms of `width` columns; b must have the terms and the first column.
#[inline(always)]
pub(super) unsafe fn pack<T: Float>(b: Matrix<T>, column: usize, width: usize, terms: Range<usize>, to: *mut T) {
    let (count, depth) = (width.min(b.columns - column), terms.len());
    let from = b.data.as_ptr().wrapping_add(terms.start * b.row_stride + column * b.column_stride);
    // SAFETY: the caller's promise.
    unsafe {
        for k in 0..if count < width { depth } else { 0 } {
            std::slice::from_raw_parts_mut(to.add(k * width + count), width - count).fill(T::ZERO);
        }
        match (b.column_stride, b.row_stride) {
            (1, _) => {
                for k in 0..depth {
                    std::ptr::copy_nonoverlapping(from.add(k * b.row_stride), to.add(k * width), count);
                }
            }
            (from_step, 1) => {
                // On its own: inlined it would be short of registers.
                T::dispatch(Transpose { from, from_step, rows: count, columns: depth, to, to_step: width });
            }
            (step, row_step) => {
                for i in 0..count {
                    for k in 0..depth {
                        *to.add(k * width + i) = *from.add(i * step + k * row_step);
                    }
                }
            }
        }
    }
}
