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

use crate::kernels::partials::{PARTIALS, Terms, sums};
use crate::kernels::vector::{Float, Vector};

/// Terms of a block: two reads of it come from the nearest cache.
pub const BLOCK: usize = 1024;
/// Blocks whose sums are taken side by side.
pub const SIDE_BY_SIDE: usize = 4;

#[derive(Clone, Copy, Default)]
pub struct Moments {
    pub count: f64,
    pub mean: f64,
    /// The sum of squared deviations from the mean.
    pub squares: f64,
}

impl Moments {
    /// Of a block, by the sum of deviations from its pivot and the sum of their squares.
    #[inline(always)]
    pub fn about(pivot: f64, count: f64, sum: f64, squares: f64) -> Self {
        Self { count, mean: pivot + sum / count, squares: squares - sum * sum / count }
    }
    #[inline(always)]
    pub fn join(self, other: Self) -> Self {
        let (count, apart) = (self.count + other.count, other.mean - self.mean);
        let share = other.count / count;
        Self {
            count,
            mean: self.mean + apart * share,
            squares: self.squares + other.squares + apart * apart * self.count * share,
        }
    }
    #[inline(always)]
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
    #[inline(always)]
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

/// Rows of equal length one after the other: blocks, or channels.
#[derive(Clone, Copy)]
pub struct Strided<T> {
    pub x: *const T,
    pub terms: usize,
}

impl<T: Float> Strided<T> {
    /// The terms of a row from `j` on, `left` of them.
    ///
    /// # Safety
    /// The row must have term `j`.
    #[inline(always)]
    pub unsafe fn at<V: Vector<Element = T>>(&self, row: usize, j: usize, left: usize) -> V {
        // SAFETY: the caller's promise: the row has term j.
        unsafe { V::load_up_to(self.x.add(row * self.terms + j), left) }
    }
}

pub struct Plain<T>(pub Strided<T>);

impl<V: Vector> Terms<V, 1> for Plain<V::Element> {
    #[inline(always)]
    unsafe fn add(&self, [sum]: [V; 1], block: usize, j: usize, left: usize) -> [V; 1] {
        // SAFETY: the caller's promise.
        [sum.add(unsafe { self.0.at(block, j, left) })]
    }
}

struct Squares<T>(Strided<T>);

impl<V: Vector> Terms<V, 1> for Squares<V::Element> {
    #[inline(always)]
    unsafe fn add(&self, [sum]: [V; 1], block: usize, j: usize, left: usize) -> [V; 1] {
        // SAFETY: the caller's promise.
        let x: V = unsafe { self.0.at(block, j, left) };
        [x.fma(x, sum)]
    }
}

/// Deviations from each block's pivot, and their squares.
struct Apart<T, const BLOCKS: usize>(Strided<T>, [[T; PARTIALS]; BLOCKS]);

impl<V: Vector, const BLOCKS: usize> Terms<V, 2> for Apart<V::Element, BLOCKS> {
    #[inline(always)]
    unsafe fn add(&self, [sum, squares]: [V; 2], block: usize, j: usize, left: usize) -> [V; 2] {
        // SAFETY: the caller's promise. Lanes without a term differ from +0 by +0.
        let apart: V = unsafe { self.0.at::<V>(block, j, left).sub(V::load_up_to(self.1[block].as_ptr(), left)) };
        [sum.add(apart), apart.fma(apart, squares)]
    }
}

/// Of a block, or of several blocks of equal length one after the other.
///
/// # Safety
/// `x` must be valid for all terms.
#[inline(always)]
unsafe fn moments<V: Vector, const BLOCKS: usize>(x: *const V::Element, terms: usize, about_zero: bool) -> [Moments; BLOCKS] {
    let (count, blocks, mut moments) = (terms as f64, Strided { x, terms }, [Moments::default(); BLOCKS]);
    if about_zero {
        // SAFETY: the caller's promise.
        let sums = unsafe { sums::<V, BLOCKS, 1>(terms, Squares(blocks)) };
        for block in 0..BLOCKS {
            moments[block] = Moments { count, mean: 0.0, squares: sums[block][0].to_f64() };
        }
        return moments;
    }
    // SAFETY: the caller's promise.
    let plain = unsafe { sums::<V, BLOCKS, 1>(terms, Plain(blocks)) };
    let mut pivots = [[V::Element::ZERO; PARTIALS]; BLOCKS];
    for block in 0..BLOCKS {
        pivots[block] = [V::Element::of(plain[block][0].to_f64() / count); PARTIALS];
    }
    // SAFETY: the caller's promise.
    let apart = unsafe { sums::<V, BLOCKS, 2>(terms, Apart(blocks, pivots)) };
    for block in 0..BLOCKS {
        let [sum, squares] = [apart[block][0].to_f64(), apart[block][1].to_f64()];
        moments[block] = Moments::about(pivots[block][0].to_f64(), count, sum, squares);
    }
    moments
}

/// The statistics of a set, by the moments of its blocks.
#[inline(always)]
pub fn joined(blocks: &[Moments]) -> Statistics {
    blocks.iter().fold(Moments::default(), |all, &block| all.join(block)).statistics()
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
