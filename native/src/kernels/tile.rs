//! A tile: sums of several rows (or channels) and vectors of lanes, kept in registers until they are finished.

use super::vector::{Float, Vector};

/// What happens to a finished sum before it is stored.
#[derive(Clone, Copy)]
pub enum Finish<'a, T> {
    Nothing,
    Relu,
    /// Zero where this is not positive: the gradient of the ReLU that made the convolution's input.
    Mask(&'a [T]),
}

impl<T: Float> Finish<'_, T> {
    /// For a sum that goes to place `at` of the result, with `left` lanes.
    ///
    /// # Safety
    /// The lanes must exist in the result.
    #[inline(always)]
    pub unsafe fn apply<V: Vector<Element = T>>(self, sum: V, at: usize, left: usize) -> V {
        match self {
            Self::Nothing => sum,
            Self::Relu => V::select(sum.less_equal(V::zero()), V::zero(), sum),
            Self::Mask(mask) => {
                // SAFETY: a mask is as long as the result.
                let mask = unsafe { V::load_up_to(mask.as_ptr().add(at), left) };
                V::select(mask.less_equal(V::zero()), V::zero(), sum)
            }
        }
    }

    /// As [`Finish::apply`], for one number.
    pub fn apply_one(self, sum: T, at: usize) -> T {
        match self {
            Self::Relu if sum <= T::ZERO => T::ZERO,
            Self::Mask(mask) if mask[at] <= T::ZERO => T::ZERO,
            _ => sum,
        }
    }
}

/// Stores a tile's sums, each as `finish(sum, place, lanes left)` has it; a row lies `step` after the one before.
/// Whether all lanes are there is asked once, not for each vector: else the sums would be kept in memory.
///
/// # Safety
/// `to` must be valid for `left` lanes of each row.
#[inline(always)]
pub unsafe fn store<V: Vector, const C: usize, const W: usize>(
    sums: [[V; W]; C],
    to: *mut V::Element,
    step: usize,
    left: usize,
    finish: impl Fn(V, usize, usize) -> V,
) {
    // SAFETY: the caller's promise.
    unsafe {
        if left >= W * V::LANES {
            for c in 0..C {
                for w in 0..W {
                    let place = c * step + w * V::LANES;
                    finish(sums[c][w], place, V::LANES).store(to.add(place));
                }
            }
        } else {
            for c in 0..C {
                for w in 0..W {
                    let place = c * step + w * V::LANES;
                    let left = left.saturating_sub(w * V::LANES);
                    finish(sums[c][w], place, left).store_up_to(to.add(place), left);
                }
            }
        }
    }
}
