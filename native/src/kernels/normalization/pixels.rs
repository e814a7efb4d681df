//! Layer norm of channels `[channel, position]`: a set is a position, its terms are as far apart as there are positions,
//! and lanes are positions. Every number is the one that [`super::rows`] gives for the transposed matrix.

use std::ops::Range;

use candle_core::WithDType;

use super::moments::{BLOCK, Moments, Plain, Statistics, Strided};
use super::passes::{for_pieces, scratch};
use crate::error::Result;
use crate::kernels::buffer::{Shared, filled};
use crate::kernels::partials::{PARTIALS, Terms, join_by};
use crate::kernels::vector::{Float, Kernel, Vector, prefetch, prefetch_to_write};

/// Vectors of positions side by side: a channel's are a few cache lines.
pub(super) const SIDE_BY_SIDE: usize = 4;
/// Lanes of the widest vector.
pub(super) const LANES: usize = 16;

/// A number in f64 for each lane.
pub(super) type Numbers = [f64; LANES];

/// A vector's lanes in f64.
#[inline(always)]
pub(super) fn wide<V: Vector>(vector: V) -> Numbers {
    let (mut numbers, mut wider) = ([V::Element::ZERO; LANES], [0.0; LANES]);
    // SAFETY: no vector has more lanes.
    unsafe { vector.store(numbers.as_mut_ptr()) };
    for lane in 0..V::LANES {
        wider[lane] = numbers[lane].to_f64();
    }
    wider
}

/// The first `count` lanes rounded, 0 in the others.
#[inline(always)]
pub(super) fn narrow<V: Vector>(numbers: Numbers, count: usize) -> V {
    let mut rounded = [V::Element::ZERO; LANES];
    for lane in 0..V::LANES {
        rounded[lane] = V::Element::of(numbers[lane]);
    }
    // SAFETY: no vector has more lanes.
    unsafe { V::load_up_to(rounded.as_ptr(), count) }
}

/// `K` sums over these channels, sixteen partials each, for `N` vectors of positions.
///
/// # Safety
/// The channels must have the positions' first `count` lanes.
#[inline(always)]
pub(super) unsafe fn sums<V: Vector, const N: usize, const K: usize>(
    channels: Range<usize>,
    count: usize,
    terms: impl Terms<V, K>,
) -> [[V; K]; N] {
    let mut partials = [[[V::zero(); K]; N]; PARTIALS];
    for partial in 0..PARTIALS.min(channels.len()) {
        let mut totals = [[V::zero(); K]; N];
        let mut channel = channels.start + partial;
        while channel < channels.end {
            for v in 0..N {
                // SAFETY: the caller's promise.
                totals[v] = unsafe { terms.add(totals[v], channel, v * V::LANES, count - v * V::LANES) };
            }
            channel += PARTIALS;
        }
        partials[partial] = totals;
    }
    let mut joined = [[V::zero(); K]; N];
    for v in 0..N {
        for sum in 0..K {
            let mut column = [V::zero(); PARTIALS];
            for partial in 0..PARTIALS {
                column[partial] = partials[partial][v][sum];
            }
            joined[v][sum] = join_by(column, V::add);
        }
    }
    joined
}

/// Deviations from each position's pivot, and their squares.
struct Apart<T, V, const N: usize>(Strided<T>, [V; N]);

impl<V: Vector, const N: usize> Terms<V, 2> for Apart<V::Element, V, N> {
    #[inline(always)]
    unsafe fn add(&self, [sum, squares]: [V; 2], channel: usize, i: usize, left: usize) -> [V; 2] {
        // SAFETY: the caller's promise.
        let apart: V = unsafe { self.0.at::<V>(channel, i, left).sub(self.1[i / V::LANES]) };
        [sum.add(apart), apart.fma(apart, squares)]
    }
}

/// The means and variances of `N` vectors of positions.
///
/// # Safety
/// `x` must be valid for the first `count` lanes of every channel.
#[inline(always)]
pub(super) unsafe fn statistics<V: Vector, const N: usize>(
    x: Strided<V::Element>,
    channels: usize,
    count: usize,
) -> [[Numbers; 2]; N] {
    let mut all = [[[0.0; LANES]; 2]; N];
    let mut before = 0.0;
    for first in (0..channels).step_by(BLOCK) {
        let block = first..channels.min(first + BLOCK);
        let terms = block.len() as f64;
        // SAFETY: the caller's promise.
        let plain = unsafe { sums::<V, N, 1>(block.clone(), count, Plain(x)) };
        let mut pivots = [V::zero(); N];
        for v in 0..N {
            let mut mean = wide(plain[v][0]);
            for lane in 0..V::LANES {
                mean[lane] /= terms;
            }
            pivots[v] = narrow(mean, V::LANES);
        }
        // SAFETY: the caller's promise.
        let apart = unsafe { sums::<V, N, 2>(block, count, Apart(x, pivots)) };
        for v in 0..N {
            let (pivot, sum, squares) = (wide(pivots[v]), wide(apart[v][0]), wide(apart[v][1]));
            for lane in 0..V::LANES {
                let unit = Moments::about(pivot[lane], terms, sum[lane], squares[lane]);
                let joined = Moments { count: before, mean: all[v][0][lane], squares: all[v][1][lane] }.join(unit);
                (all[v][0][lane], all[v][1][lane]) = (joined.mean, joined.squares);
            }
        }
        before += terms;
    }
    for v in 0..N {
        for lane in 0..V::LANES {
            let moments = Moments { count: before, mean: 0.0, squares: all[v][1][lane] };
            all[v][1][lane] = moments.statistics().variance;
        }
    }
    all
}

/// How positions are normalised, a lane each: `z = fma(x - centre, scale, shift)`.
#[derive(Clone, Copy)]
pub(super) struct Normal<V> {
    pub centre: V,
    pub scale: V,
    pub shift: V,
}

impl<V: Vector> Normal<V> {
    /// Lanes from `count` on are 0.
    #[inline(always)]
    pub fn of([mean, variance]: [Numbers; 2], epsilon: f64, count: usize) -> Self {
        let [mut scale, mut shift] = [[0.0; LANES]; 2];
        for lane in 0..V::LANES {
            let centre = Statistics { mean: mean[lane], variance: variance[lane] }.centre::<V::Element>(epsilon);
            (scale[lane], shift[lane]) = (centre.inverse, -centre.rest * centre.inverse);
        }
        Self { centre: narrow(mean, count), scale: narrow(scale, count), shift: narrow(shift, count) }
    }
    #[inline(always)]
    pub fn apply(self, x: V) -> V {
        x.sub(self.centre).fma(self.scale, self.shift)
    }
}

struct Forward<'a, T> {
    x: &'a [T],
    weight: &'a [T],
    bias: &'a [T],
    epsilon: f64,
    statistics: Shared<f64>,
    y: Shared<T>,
    positions: Range<usize>,
}

impl<T: Float> Forward<'_, T> {
    /// # Safety
    /// There must be `count` positions from the first on, at most as many as `N` vectors have lanes.
    #[inline(always)]
    unsafe fn tile<V: Vector<Element = T>, const N: usize>(&self, first: usize, count: usize) {
        let (channels, of_channel) = (self.weight.len(), self.x.len() / self.weight.len());
        // SAFETY: the caller's promise.
        let x = Strided { x: unsafe { self.x.as_ptr().add(first) }, terms: of_channel };
        // SAFETY: as above.
        let found = unsafe { statistics::<V, N>(x, channels, count) };
        let mut normal = [Normal { centre: V::zero(), scale: V::zero(), shift: V::zero() }; N];
        for v in 0..N {
            let (start, end) = (v * V::LANES, count.min((v + 1) * V::LANES));
            for which in 0..2 {
                // SAFETY: these positions are this thread's.
                unsafe {
                    let to = self.statistics.at(which * of_channel + first + start);
                    std::slice::from_raw_parts_mut(to, end - start).copy_from_slice(&found[v][which][..end - start]);
                }
            }
            normal[v] = Normal::of(found[v], self.epsilon, V::LANES);
        }
        for channel in 0..channels {
            let (weight, bias) = (V::splat(self.weight[channel]), V::splat(self.bias[channel]));
            for v in 0..N {
                let (i, left) = (v * V::LANES, count - v * V::LANES);
                // SAFETY: as above.
                unsafe {
                    let y = normal[v].apply(x.at(channel, i, left)).fma(weight, bias);
                    let to = self.y.at(channel * of_channel + first + i);
                    y.store_up_to(to, left);
                    // The next tile's.
                    prefetch(x.x.wrapping_add(channel * of_channel + i + count));
                    prefetch_to_write(to.wrapping_add(count));
                }
            }
        }
    }
}

/// Calls a tile's method for these positions: many vectors of them at a time, then one by one.
macro_rules! for_tiles {
    ($V:ident, $range:expr, |$first:ident, $count:ident, $N:ident| $body:expr) => {{
        let std::ops::Range { start, end } = $range;
        let mut $first = start;
        while end - $first >= $crate::kernels::normalization::pixels::SIDE_BY_SIDE * $V::LANES {
            const $N: usize = $crate::kernels::normalization::pixels::SIDE_BY_SIDE;
            let $count = $N * $V::LANES;
            $body;
            $first += $count;
        }
        while $first < end {
            const $N: usize = 1;
            let $count = $V::LANES.min(end - $first);
            $body;
            $first += $count;
        }
    }};
}
pub(super) use for_tiles;

impl<T: Float> Kernel<T> for Forward<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        // SAFETY: the range lies within the positions.
        for_tiles!(V, self.positions.clone(), |first, count, N| unsafe { self.tile::<V, N>(first, count) });
    }
}

/// `x [channels, positions] -> (y, the positions' means and variances [2, positions])`; there must be channels.
pub fn forward<T: Float>(x: &[T], weight: &[T], bias: &[T], epsilon: f64) -> Result<(Vec<T>, Vec<f64>)> {
    let count = x.len() / weight.len();
    let mut statistics = scratch(2 * count)?;
    let place = Shared::new(statistics.as_mut_ptr());
    // Pieces of whole vectors.
    let grain = SIDE_BY_SIDE * LANES;
    // SAFETY: the pieces cover all positions.
    let y = unsafe {
        filled(x.len(), |y| {
            for_pieces(count.div_ceil(grain), x.len(), |range| {
                let positions = range.start * grain..count.min(range.end * grain);
                T::dispatch(Forward { x, weight, bias, epsilon, statistics: place, y, positions });
            });
        })?
    };
    Ok((y, statistics))
}
