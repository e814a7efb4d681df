//! The gradients of layer norm of channels `[channel, position]`. dx is the one of [`super::rows`] for the transposed
//! matrix. `dbias = sum of dy` and `dweight = sum of dy z`, z as forward, are sums over a channel's positions: sixteen
//! partials in each block, blocks added in ascending order in f64.

use std::ops::Range;

use super::moments::{BLOCK, Statistics, Strided};
use super::passes::{for_pieces, scratch};
use super::pixels::{LANES, Normal, Numbers, for_tiles, narrow, sums, wide};
use super::rows::Rows;
use crate::error::Result;
use crate::kernels::buffer::{Shared, filled, room};
use crate::kernels::partials::{PARTIALS, Terms, join};
use crate::kernels::vector::{Float, Kernel, Vector, prefetch, prefetch_to_write};

/// d = dy weight and d (x - centre).
#[derive(Clone, Copy)]
struct Products<'a, T, V, const N: usize> {
    x: Strided<T>,
    dy: Strided<T>,
    weight: &'a [T],
    normal: [Normal<V>; N],
}

impl<V: Vector, const N: usize> Terms<V, 2> for Products<'_, V::Element, V, N> {
    #[inline(always)]
    unsafe fn add(&self, [plain, product]: [V; 2], channel: usize, i: usize, left: usize) -> [V; 2] {
        // SAFETY: the caller's promise.
        unsafe {
            let d = self.dy.at::<V>(channel, i, left).mul(V::splat(self.weight[channel]));
            let u = self.x.at::<V>(channel, i, left).sub(self.normal[i / V::LANES].centre);
            [plain.add(d), d.fma(u, product)]
        }
    }
}

struct Backward<'a, T> {
    of: Rows<'a, T>,
    dx: Option<Shared<T>>,
    /// Partial sums of dy and of dy z `[block, channel, 2, PARTIALS]`; each first one becomes the sum.
    partials: Shared<T>,
    blocks: Range<usize>,
}

impl<T: Float> Backward<'_, T> {
    /// # Safety
    /// There must be `count` positions from the first on, at most as many as `N` vectors have lanes, all in one block.
    #[inline(always)]
    unsafe fn tile<V: Vector<Element = T>, const N: usize>(&self, first: usize, count: usize) {
        let (positions, weight) = (self.of.sets(), self.of.weight);
        // SAFETY: the caller's promise.
        let (x, dy) = unsafe { (self.of.x.as_ptr().add(first), self.of.dy.as_ptr().add(first)) };
        let (x, dy) = (Strided { x, terms: positions }, Strided { x: dy, terms: positions });
        let mut statistics = [[[0.0; LANES]; 2]; N];
        for v in 0..N {
            for which in 0..2 {
                let start = which * positions + first + v * V::LANES;
                let of_vector = &self.of.statistics[start..start + V::LANES.min(count - v * V::LANES)];
                statistics[v][which][..of_vector.len()].copy_from_slice(of_vector);
            }
        }
        let mut normal = [Normal { centre: V::zero(), scale: V::zero(), shift: V::zero() }; N];
        for v in 0..N {
            normal[v] = Normal::of(statistics[v], self.of.epsilon, count - v * V::LANES);
        }
        if let Some(dx) = self.dx {
            // SAFETY: the caller's promise.
            let pull = unsafe { self.pull::<V, N>(Products { x, dy, weight, normal }, statistics, count) };
            for channel in 0..weight.len() {
                let weight = V::splat(weight[channel]);
                for v in 0..N {
                    let (i, left, [k, c]) = (v * V::LANES, count - v * V::LANES, pull[v]);
                    // SAFETY: the caller's promise.
                    unsafe {
                        let u = x.at::<V>(channel, i, left).sub(normal[v].centre);
                        let d = dy.at::<V>(channel, i, left).mul(weight);
                        u.fma(k, d.fma(normal[v].scale, c)).store_up_to(dx.at(channel * positions + first + i), left);
                    }
                }
            }
        }
        for channel in 0..weight.len() {
            let at = (first / BLOCK * weight.len() + channel) * 2 * PARTIALS;
            for v in 0..N {
                let (i, left) = (v * V::LANES, count - v * V::LANES);
                // SAFETY: the caller's promise; the block's partials are this thread's.
                unsafe {
                    let plain = self.partials.at(at + (first + i) % PARTIALS);
                    let product = plain.add(PARTIALS);
                    let dy = dy.at::<V>(channel, i, left);
                    V::load(plain).add(dy).store(plain);
                    dy.fma(normal[v].apply(x.at(channel, i, left)), V::load(product)).store(product);
                    // The next tile's.
                    let next = channel * positions + i + count;
                    prefetch(x.x.wrapping_add(next));
                    prefetch(self.of.dy.as_ptr().wrapping_add(first + next));
                    if let Some(dx) = self.dx {
                        prefetch_to_write(dx.at(first).wrapping_add(next));
                    }
                }
            }
        }
    }

    /// k and c of `dx = fma(x - centre, k, fma(d, 1 / deviation, c))`.
    ///
    /// # Safety
    /// The products must have the first `count` lanes.
    #[inline(always)]
    unsafe fn pull<V: Vector<Element = T>, const N: usize>(
        &self,
        products: Products<T, V, N>,
        statistics: [[Numbers; 2]; N],
        count: usize,
    ) -> [[V; 2]; N] {
        let channels = self.of.weight.len();
        let mut totals = [[[0.0; LANES]; 2]; N];
        for first in (0..channels).step_by(BLOCK) {
            // SAFETY: the caller's promise.
            let block = unsafe { sums::<V, N, 2>(first..channels.min(first + BLOCK), count, products) };
            for v in 0..N {
                for sum in 0..2 {
                    let numbers = wide(block[v][sum]);
                    for lane in 0..V::LANES {
                        totals[v][sum][lane] += numbers[lane];
                    }
                }
            }
        }
        let mut pull = [[V::zero(); 2]; N];
        for v in 0..N {
            let ([mean, variance], [plain, product]) = (statistics[v], totals[v]);
            let [mut k, mut c] = [[0.0; LANES]; 2];
            for lane in 0..V::LANES {
                let centre = Statistics { mean: mean[lane], variance: variance[lane] }.centre::<T>(self.of.epsilon);
                [k[lane], c[lane]] = centre.pull([plain[lane], product[lane]], channels, false);
            }
            pull[v] = [narrow(k, V::LANES), narrow(c, V::LANES)];
        }
        pull
    }
}

impl<T: Float> Kernel<T> for Backward<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let sums = 2 * self.of.weight.len();
        for block in self.blocks.clone() {
            let positions = block * BLOCK..self.of.sets().min((block + 1) * BLOCK);
            // SAFETY: tiles begin at multiples of their length, which divides a block's.
            for_tiles!(V, positions, |first, count, N| unsafe { self.tile::<V, N>(first, count) });
            for sum in block * sums..(block + 1) * sums {
                // SAFETY: the block's partials are this thread's.
                unsafe {
                    let first = self.partials.at(sum * PARTIALS);
                    *first = join(*first.cast::<[T; PARTIALS]>());
                }
            }
        }
    }
}

/// The gradients for x where it is wanted, for weight and for bias; `x` and `dy` are `[channels, positions]`.
pub fn backward<T: Float>(of: Rows<T>, wants_x: bool) -> Result<(Vec<T>, Vec<T>, Vec<T>)> {
    let (channels, blocks) = (of.weight.len(), of.sets().div_ceil(BLOCK));
    let mut partials = scratch::<T>(blocks * channels * 2 * PARTIALS)?;
    let place = Shared::new(partials.as_mut_ptr());
    let fill = |dx| for_pieces(blocks, of.x.len(), |blocks| T::dispatch(Backward { of, dx, partials: place, blocks }));
    let dx = if wants_x {
        // SAFETY: the pieces cover all positions.
        unsafe { filled(of.x.len(), |dx| fill(Some(dx)))? }
    } else {
        fill(None);
        Vec::new()
    };
    let mut totals = scratch(2 * channels)?;
    for block in partials.chunks(2 * channels * PARTIALS) {
        for (total, sums) in totals.iter_mut().zip(block.chunks(PARTIALS)) {
            *total += sums[0].to_f64();
        }
    }
    let rounded = |which: usize| -> Result<Vec<T>> {
        let mut numbers = room(channels)?;
        numbers.extend(totals.iter().skip(which).step_by(2).map(|&total: &f64| T::of(total)));
        Ok(numbers)
    };
    Ok((dx, rounded(1)?, rounded(0)?))
}
