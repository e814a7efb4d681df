//! A tile: sums of several rows (or channels) and vectors of lanes, kept in registers until they are finished.

use super::buffer::Shared;
use super::vector::{Float, Vector};

/// Destination channels of a tile: two vectors of each are kept in registers.
pub const fn most_channels<V: Vector>() -> usize {
    if V::REGISTERS >= 32 { 12 } else { 6 }
}

/// The first channel of a block and the one after its last: blocks of nearly equal size.
pub fn channel_block(channels: usize, block: usize, blocks: usize) -> (usize, usize) {
    (channels * block / blocks, channels * (block + 1) / blocks)
}

/// What happens to a finished sum before it is stored.
#[derive(Clone, Copy)]
pub enum Finish<'a, T> {
    Nothing,
    Relu,
    /// Zero where this is not positive: the gradient of the ReLU that made the convolution's input.
    Mask(&'a [T]),
}

impl<T: Float> Finish<'_, T> {
    /// For one sum, which goes to place `at` of the result.
    pub fn apply(self, sum: T, at: usize) -> T {
        match self {
            Self::Relu if sum <= T::ZERO => T::ZERO,
            Self::Mask(mask) if mask[at] <= T::ZERO => T::ZERO,
            _ => sum,
        }
    }
}

/// As `Finish`, chosen once for a tile and not for each vector: else the sums would be kept in memory.
pub trait Finishing<V: Vector>: Copy {
    /// The sum as it is stored at place `at` of the result, where `left` lanes are left.
    ///
    /// # Safety
    /// The result must have the place.
    unsafe fn of(self, sum: V, at: usize, left: usize) -> V;
}

#[derive(Clone, Copy)]
pub struct Nothing;

impl<V: Vector> Finishing<V> for Nothing {
    #[inline(always)]
    unsafe fn of(self, sum: V, _: usize, _: usize) -> V {
        sum
    }
}

#[derive(Clone, Copy)]
pub struct Relu;

impl<V: Vector> Finishing<V> for Relu {
    #[inline(always)]
    unsafe fn of(self, sum: V, _: usize, _: usize) -> V {
        V::select(sum.less_equal(V::zero()), V::zero(), sum)
    }
}

#[derive(Clone, Copy)]
pub struct Mask<'a, T>(pub &'a [T]);

impl<V: Vector> Finishing<V> for Mask<'_, V::Element> {
    #[inline(always)]
    unsafe fn of(self, sum: V, at: usize, left: usize) -> V {
        // SAFETY: a mask is as long as the result.
        let mask = unsafe { V::load_up_to(self.0.as_ptr().add(at), left) };
        V::select(mask.less_equal(V::zero()), V::zero(), sum)
    }
}

/// Stores a tile's sums, finished, from place `at` of the result on, of which `left` lanes are in each row; a row
/// lies `step` after the one before.
///
/// # Safety
/// The result must have all rows and lanes.
#[inline(always)]
pub unsafe fn store<V: Vector, const C: usize, const W: usize>(
    sums: [[V; W]; C],
    finish: Finish<V::Element>,
    out: Shared<V::Element>,
    at: usize,
    step: usize,
    left: usize,
) {
    // SAFETY: the caller's promise.
    unsafe {
        match finish {
            Finish::Nothing => store_with(sums, Nothing, out, at, step, left),
            Finish::Relu => store_with(sums, Relu, out, at, step, left),
            Finish::Mask(mask) => store_with(sums, Mask(mask), out, at, step, left),
        }
    }
}

/// Whether all lanes are there is asked once, too.
#[inline(always)]
unsafe fn store_with<V: Vector, const C: usize, const W: usize>(
    sums: [[V; W]; C],
    finish: impl Finishing<V>,
    out: Shared<V::Element>,
    at: usize,
    step: usize,
    left: usize,
) {
    // SAFETY: the caller's promise.
    unsafe {
        if left >= W * V::LANES {
            for c in 0..C {
                for w in 0..W {
                    let at = at + c * step + w * V::LANES;
                    finish.of(sums[c][w], at, V::LANES).store(out.at(at));
                }
            }
        } else {
            for c in 0..C {
                for w in 0..W {
                    let at = at + c * step + w * V::LANES;
                    let left = left.saturating_sub(w * V::LANES);
                    finish.of(sums[c][w], at, left).store_up_to(out.at(at), left);
                }
            }
        }
    }
}
