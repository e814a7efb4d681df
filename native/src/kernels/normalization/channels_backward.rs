//! The gradients where weight and bias are of channels.
//!
//! With u = x - centre and z = (u - rest) / deviation: `dbias = sum of dy`, `dweight = sum of dy z`. Each run of a channel
//! is cut into blocks, in which the sums of dy and of dy u are sixteen partials; the sum of dy z is
//! `(sum of dy u - rest sum of dy) / deviation`. Blocks are added in ascending order in f64.
//!
//! With A and B the sums over a set of dy weight and of dy weight z, and n its terms:
//! `dx = fma(u, k, fma(dy, weight / deviation, c))`, where `k = -B / (n deviation^2)` and
//! `c = -A / (n deviation) - rest k`.
//!
//! After a ReLU dy is 0 where y, which is computed again, is not positive. What else dy is made of says [`Incoming`].

use std::ops::Range;

use super::channels::{Affine, Channels};
use super::incoming::Incoming;
use super::masked::{Numbers, Products};
use super::moments::{BLOCK, Centre, SIDE_BY_SIDE, Statistics};
use super::passes::{Division, Passes, run, scratch};
use crate::error::Result;
use crate::kernels::buffer::{Shared, filled, room};
use crate::kernels::partials::sums;
use crate::kernels::vector::{Float, Vector, for_vectors};

/// What the gradients are computed from.
#[derive(Clone, Copy)]
pub struct Backward<'a, T> {
    /// The bias is read only where a ReLU followed.
    pub affine: Affine<'a, T>,
    /// `[sets, terms]`.
    pub x: &'a [T],
    pub dy: Incoming<'a, T>,
    /// Means and variances `[2, sets]`.
    pub statistics: &'a [f64],
    pub epsilon: f64,
}

struct Sums<'a, T> {
    of: Backward<'a, T>,
    division: Division,
    blocks: Shared<[f64; 2]>,
    sets: Shared<[f64; 2]>,
    dx: Option<Shared<T>>,
}

impl<T: Float> Backward<'_, T> {
    fn centre(&self, set: usize) -> Centre<T> {
        let sets = self.affine.channels.sets;
        Statistics { mean: self.statistics[set], variance: self.statistics[sets + set] }.centre(self.epsilon)
    }
    #[inline(always)]
    fn numbers<V: Vector<Element = T>>(&self, channel: usize, centre: Centre<T>) -> Numbers<V> {
        let (scale, shift) = if self.affine.relu { self.affine.scale_and_shift(channel, centre) } else { (T::ZERO, T::ZERO) };
        Numbers { centre: V::splat(centre.centre), scale: V::splat(scale), shift: V::splat(shift) }
    }
}

impl<T: Float> Sums<'_, T> {
    #[inline(always)]
    fn gather_through<V: Vector<Element = T>, const RELU: bool>(&self, set: usize, units: Range<usize>) {
        let (channels, Division { units: of_set, terms, .. }) = (self.of.affine.channels, self.division);
        let (centre, of_run) = (self.of.centre(set), of_set / channels.runs);
        let mut scratch = self.of.dy.scratch(BLOCK);
        let mut unit = units.start;
        while unit < units.end {
            let (run, block) = (unit / of_run, unit % of_run);
            let numbers = self.of.numbers::<V>(channels.channel(set, run), centre);
            let first = block * BLOCK;
            let at = set * terms + run * channels.terms + first;
            // A block of a gradient that is made here is read from the nearest cache.
            let several =
                self.of.dy.is_whole() && first + SIDE_BY_SIDE * BLOCK <= channels.terms && unit + SIDE_BY_SIDE <= units.end;
            let terms = BLOCK.min(channels.terms - first);
            // SAFETY: the blocks lie within the run, and their sums are this thread's.
            unsafe {
                let dy = self.of.dy.terms::<V>(at, terms, scratch.as_mut_ptr());
                let (x, out) = (self.of.x.as_ptr().add(at), set * of_set + unit);
                let store = |place: usize, sums: [T; 2]| {
                    let [plain, product] = sums.map(T::to_f64);
                    *self.blocks.at(place) = [plain, (product - centre.rest * plain) * centre.inverse];
                };
                if several {
                    let found = sums::<V, SIDE_BY_SIDE, 2>(BLOCK, Products::<V, RELU> { x, dy, terms: BLOCK, numbers });
                    for (i, sums) in found.into_iter().enumerate() {
                        store(out + i, sums);
                    }
                } else {
                    store(out, sums::<V, 1, 2>(terms, Products::<V, RELU> { x, dy, terms, numbers })[0]);
                }
            }
            unit += if several { SIDE_BY_SIDE } else { 1 };
        }
    }

    #[inline(always)]
    fn write_through<V: Vector<Element = T>, const RELU: bool>(&self, dx: Shared<T>, set: usize, terms: Range<usize>) {
        let (channels, count) = (self.of.affine.channels, self.division.terms as f64);
        let centre = self.of.centre(set);
        // SAFETY: the set's sums were joined.
        let [plain, product] = unsafe { *self.sets.at(set) };
        let k = -product / count * centre.inverse * centre.inverse;
        let c = -plain / count * centre.inverse - centre.rest * k;
        let (k, c) = (V::splat(T::of(k)), V::splat(T::of(c)));
        let mut scratch = self.of.dy.scratch(BLOCK);
        for (run, terms) in channels.runs_of(terms) {
            let channel = channels.channel(set, run);
            let numbers = self.of.numbers::<V>(channel, centre);
            let factor = V::splat(T::of(self.of.affine.weight[channel].to_f64() * centre.inverse));
            let piece = if self.of.dy.is_whole() { terms.len().max(1) } else { BLOCK };
            for start in terms.clone().step_by(piece) {
                let (at, count) = (set * self.division.terms + start, piece.min(terms.end - start));
                // SAFETY: the terms lie within x, dy and dx.
                unsafe {
                    let dy = self.of.dy.terms::<V>(at, count, scratch.as_mut_ptr());
                    let (x, dx) = (self.of.x.as_ptr().add(at), dx.at(at));
                    for_vectors!(V, 0..count, |i, left| {
                        let (u, dy) = numbers.apply::<RELU>(V::load_up_to(x.add(i), left), V::load_up_to(dy.add(i), left));
                        u.fma(k, dy.fma(factor, c)).store_up_to(dx.add(i), left);
                    });
                }
            }
        }
    }
}

impl<T: Float> Passes<T> for Sums<'_, T> {
    #[inline(always)]
    fn gather<V: Vector<Element = T>>(&self, set: usize, units: Range<usize>) {
        if self.of.affine.relu { self.gather_through::<V, true>(set, units) } else { self.gather_through::<V, false>(set, units) }
    }
    #[inline(always)]
    fn join(&self, set: usize) {
        let (channels, units) = (self.of.affine.channels, self.division.units);
        let of_run = units / channels.runs;
        let mut total = [0.0; 2];
        for unit in 0..units {
            let weight = self.of.affine.weight[channels.channel(set, unit / of_run)].to_f64();
            // SAFETY: every unit of the set was gathered.
            let sums = unsafe { *self.blocks.at(set * units + unit) };
            total = [0, 1].map(|sum| total[sum] + weight * sums[sum]);
        }
        // SAFETY: the set's own place.
        unsafe { *self.sets.at(set) = total };
    }
    #[inline(always)]
    fn write<V: Vector<Element = T>>(&self, set: usize, units: Range<usize>) {
        let Some(dx) = self.dx else { return };
        let channels = self.of.affine.channels;
        let of_run = self.division.units / channels.runs;
        let place = |unit: usize| unit / of_run * channels.terms + (unit % of_run * BLOCK);
        let terms = place(units.start)..place(units.end);
        if self.of.affine.relu {
            self.write_through::<V, true>(dx, set, terms)
        } else {
            self.write_through::<V, false>(dx, set, terms)
        }
    }
}

/// The gradients for x where it is wanted, for weight and for bias.
pub fn backward<T: Float>(of: Backward<T>, wants_x: bool) -> Result<(Vec<T>, Vec<T>, Vec<T>)> {
    let channels = of.affine.channels;
    let division = Division {
        sets: channels.sets,
        units: channels.runs * channels.terms.div_ceil(BLOCK),
        terms: channels.runs * channels.terms,
    };
    let (mut blocks, mut sets) = (scratch(division.sets * division.units)?, scratch(division.sets)?);
    let places = (Shared::new(blocks.as_mut_ptr()), Shared::new(sets.as_mut_ptr()));
    let fill = |dx| run(&Sums { of, division, blocks: places.0, sets: places.1, dx }, division);
    let dx = if wants_x {
        // SAFETY: the second pass writes every term.
        unsafe { filled(of.x.len(), |dx| fill(Some(dx)))? }
    } else {
        if !of.x.is_empty() {
            fill(None);
        }
        Vec::new()
    };
    let (dweight, dbias) = weight_gradients(channels, &blocks)?;
    Ok((dx, dweight, dbias))
}

/// The gradients of weight and bias, by the sums of the blocks of all sets' runs.
pub(super) fn weight_gradients<T: Float>(channels: Channels, blocks: &[[f64; 2]]) -> Result<(Vec<T>, Vec<T>)> {
    let mut totals = scratch(channels.channels)?;
    let of_run = channels.terms.div_ceil(BLOCK).max(1);
    for (run, sums) in blocks.chunks(of_run).enumerate() {
        let total: &mut [f64; 2] = &mut totals[run % channels.channels];
        for block in sums {
            *total = [0, 1].map(|sum| total[sum] + block[sum]);
        }
    }
    let rounded = |sum: usize| -> Result<Vec<T>> {
        let mut numbers = room(totals.len())?;
        numbers.extend(totals.iter().map(|total| T::of(total[sum])));
        Ok(numbers)
    };
    Ok((rounded(1)?, rounded(0)?))
}
