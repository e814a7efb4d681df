//! The gradient that arrives at a normalisation, as its two passes read it.

use super::pooled::Windows;
use crate::kernels::buffer::Shared;
use crate::kernels::vector::{Float, Vector, for_vectors};

/// What a gradient of the output is made of.
#[derive(Clone, Copy)]
pub enum Incoming<'a, T> {
    /// It arrives whole.
    Whole(&'a [T]),
    /// It arrives at `max(y + added, 0)`, which is the `output`: it is 0 where the output is not positive. What it then
    /// is goes to `kept`, for it is the gradient of what was added, too.
    Masked { dy: &'a [T], output: &'a [T], kept: Shared<T> },
    /// It arrives at the maxima of windows.
    Pooled(Windows<'a, T>),
}

impl<T: Float> Incoming<'_, T> {
    pub(super) fn is_whole(&self) -> bool {
        matches!(self, Self::Whole(_))
    }

    /// Room for `terms` terms that are spread out, if any are.
    pub(super) fn scratch(&self, terms: usize) -> Vec<T> {
        Vec::with_capacity(if let Self::Pooled(_) = self { terms } else { 0 })
    }

    /// Where `count` terms from term `first` of all sets on lie, in the first pass.
    ///
    /// # Safety
    /// There must be these terms, which must be this thread's alone, and room for them in the scratch.
    #[inline(always)]
    pub(super) unsafe fn first_pass<V: Vector<Element = T>>(&self, first: usize, count: usize, scratch: *mut T) -> *const T {
        // SAFETY: the caller's promise.
        unsafe {
            if let Self::Masked { dy, output, kept } = *self {
                let (dy, output, kept) = (dy.as_ptr().add(first), output.as_ptr().add(first), kept.at(first));
                for_vectors!(V, 0..count, |i, left| {
                    let output = V::load_up_to(output.add(i), left);
                    let dy = V::load_up_to(dy.add(i), left);
                    V::select(output.less_equal(V::zero()), V::zero(), dy).store_up_to(kept.add(i), left);
                });
            }
            self.second_pass::<V>(first, count, scratch)
        }
    }

    /// As [`Self::first_pass`], after it.
    ///
    /// # Safety
    /// As [`Self::first_pass`].
    #[inline(always)]
    pub(super) unsafe fn second_pass<V: Vector<Element = T>>(&self, first: usize, count: usize, scratch: *mut T) -> *const T {
        // SAFETY: the caller's promise.
        unsafe {
            match self {
                Self::Whole(dy) => dy.as_ptr().add(first),
                Self::Masked { kept, .. } => kept.at(first),
                Self::Pooled(windows) => {
                    windows.spread::<V>(first, count, scratch);
                    scratch
                }
            }
        }
    }
}
