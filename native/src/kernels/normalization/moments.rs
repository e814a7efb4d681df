//! The mean and variance of a set.
//!
//! The terms are cut into blocks of [`BLOCK`]. A block of n terms has the pivot `p = (sum of x) / n`, rounded to the
//! tensor's type. With `s = sum of (x - p)` and `q = sum of (x - p)^2` its mean is `p + s / n`, and its sum of squared
//! deviations is `q - s^2 / n`: the corrected two-pass algorithm (Chan, Golub and LeVeque, The American Statistician
//! 37, 1983). Each sum is sixteen partials; all else is f64. Blocks are joined in ascending order, (n, m, S) and
//! (n', m', S') to `(n + n', m + (m' - m) n' / (n + n'), S + S' + (m' - m)^2 n n' / (n + n'))`, as that paper has it.
//!
//! About zero, for RMS norm: the mean is 0 and a block's S is the sum of x^2.

use candle_core::WithDType;

use crate::kernels::partials;
use crate::kernels::vector::{Float, Vector};

/// Terms of a block: two reads of it come from the nearest cache.
pub const BLOCK: usize = 1024;
/// Blocks whose sums are taken side by side.
pub const SIDE_BY_SIDE: usize = 4;

#[derive(Clone, Copy, Default)]
pub struct Moments {
    count: f64,
    mean: f64,
    /// The sum of squared deviations from the mean.
    squares: f64,
}

impl Moments {
    pub fn join(self, other: Self) -> Self {
        let (count, apart) = (self.count + other.count, other.mean - self.mean);
        let share = other.count / count;
        Self {
            count,
            mean: self.mean + apart * share,
            squares: self.squares + other.squares + apart * apart * self.count * share,
        }
    }
    pub fn statistics(self) -> Statistics {
        let variance = self.squares / self.count;
        // Rounding may leave less than nothing of a constant set's deviations. A NaN stays.
        Statistics { mean: self.mean, variance: if variance < 0.0 { 0.0 } else { variance } }
    }
}

/// The mean and the biased variance of a set.
#[derive(Clone, Copy, Debug)]
pub struct Statistics {
    pub mean: f64,
    pub variance: f64,
}

impl Statistics {
    pub fn centre<T: Float>(self, epsilon: f64) -> Centre<T> {
        let centre = T::of(self.mean);
        let rest = self.mean - centre.to_f64();
        Centre { centre, rest, inverse: 1.0 / (self.variance + epsilon).sqrt() }
    }
}

/// How a set is normalised: `z = (x - centre - rest) inverse`.
#[derive(Clone, Copy)]
pub struct Centre<T> {
    pub centre: T,
    pub rest: f64,
    pub inverse: f64,
}

/// Of a block, or of several blocks of equal length one after the other.
///
/// # Safety
/// `x` must be valid for all terms.
#[inline(always)]
unsafe fn moments<V: Vector, const BLOCKS: usize>(x: *const V::Element, terms: usize, about_zero: bool) -> [Moments; BLOCKS] {
    let count = terms as f64;
    // SAFETY: the caller's promise.
    let at = |block: usize, j: usize, left: usize| unsafe { V::load_up_to(x.add(block * terms + j), left) };
    if about_zero {
        let sums = partials::sums::<V, BLOCKS, 1>(terms, |block, [squares], j, left| {
            let x = at(block, j, left);
            [x.fma(x, squares)]
        });
        return sums.map(|[squares]| Moments { count, mean: 0.0, squares: squares.to_f64() });
    }
    let sums = partials::sums::<V, BLOCKS, 1>(terms, |block, [sum], j, left| [sum.add(at(block, j, left))]);
    let pivots = sums.map(|[sum]| V::Element::of(sum.to_f64() / count));
    let lanes = pivots.map(|pivot| [pivot; partials::PARTIALS]);
    let sums = partials::sums::<V, BLOCKS, 2>(terms, |block, [sum, squares], j, left| {
        // SAFETY: there are as many pivots as a vector has lanes; lanes without a term differ from +0 by +0.
        let pivot = unsafe { V::load_up_to(lanes[block].as_ptr(), left) };
        let apart = at(block, j, left).sub(pivot);
        [sum.add(apart), apart.fma(apart, squares)]
    });
    let mut moments = [Moments::default(); BLOCKS];
    for block in 0..BLOCKS {
        let [sum, squares] = sums[block].map(V::Element::to_f64);
        moments[block] = Moments { count, mean: pivots[block].to_f64() + sum / count, squares: squares - sum * sum / count };
    }
    moments
}

/// The moments of blocks `first..first + out.len()` of a set of `terms`.
///
/// # Safety
/// `x` must be valid for the set's terms, which must reach these blocks.
#[inline(always)]
pub unsafe fn of_blocks<V: Vector>(x: *const V::Element, terms: usize, first: usize, out: &mut [Moments], about_zero: bool) {
    let mut done = 0;
    while done < out.len() {
        let start = (first + done) * BLOCK;
        // SAFETY: the caller's promise.
        unsafe {
            if done + SIDE_BY_SIDE <= out.len() && start + SIDE_BY_SIDE * BLOCK <= terms {
                let several = moments::<V, SIDE_BY_SIDE>(x.add(start), BLOCK, about_zero);
                out[done..done + SIDE_BY_SIDE].copy_from_slice(&several);
                done += SIDE_BY_SIDE;
            } else {
                [out[done]] = moments::<V, 1>(x.add(start), BLOCK.min(terms - start), about_zero);
                done += 1;
            }
        }
    }
}
