//! The gradient that arrives at a normalisation, as its two passes read it.

use super::pooled::Windows;
use crate::kernels::vector::{Float, Vector};

/// What a gradient of the output is made of.
#[derive(Clone, Copy)]
pub enum Incoming<'a, T> {
    /// It arrives whole.
    Whole(&'a [T]),
    /// It arrives at the maxima of windows.
    Pooled(Windows<'a, T>),
}

impl<T: Float> Incoming<'_, T> {
    pub(super) fn is_whole(&self) -> bool {
        matches!(self, Self::Whole(_))
    }

    /// Room for `terms` terms that are spread out, if any are.
    pub(super) fn scratch(&self, terms: usize) -> Vec<T> {
        Vec::with_capacity(if self.is_whole() { 0 } else { terms })
    }

    /// Where `count` terms from term `first` of all sets on lie.
    ///
    /// # Safety
    /// There must be these terms, and room for them in the scratch.
    #[inline(always)]
    pub(super) unsafe fn terms<V: Vector<Element = T>>(&self, first: usize, count: usize, scratch: *mut T) -> *const T {
        // SAFETY: the caller's promise.
        unsafe {
            match self {
                Self::Whole(dy) => dy.as_ptr().add(first),
                Self::Pooled(windows) => {
                    windows.spread::<V>(first, count, scratch);
                    scratch
                }
            }
        }
    }
}
