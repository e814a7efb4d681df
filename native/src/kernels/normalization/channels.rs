//! Weight and bias of channels (batch norm, group norm): a set is one or several runs of terms, each of one channel.
//!
//! With scale = weight / deviation and shift = bias - rest scale: `y = fma(x - centre, scale, shift)`, then perhaps
//! `max(y, 0)`.

use std::ops::Range;

use super::forward::Write;
use super::moments::Centre;
use crate::kernels::vector::{Float, Vector, for_vectors};

/// Images `[channel, row, column, image]` are a run for each channel, each run a set. For group norm images
/// `[image, channel, row, column]` are a run for each image and channel; a set is one image's channels of a group.
#[derive(Clone, Copy, Debug)]
pub struct Channels {
    pub sets: usize,
    /// How many runs a set has, and how many terms a run.
    pub runs: usize,
    pub terms: usize,
    /// Run r of all sets' runs is of channel r mod channels.
    pub channels: usize,
}

impl Channels {
    pub(super) fn channel(&self, set: usize, run: usize) -> usize {
        (set * self.runs + run) % self.channels
    }
    /// Each run of a set that the terms reach, and these terms.
    pub(super) fn runs_of(&self, terms: Range<usize>) -> impl Iterator<Item = (usize, Range<usize>)> {
        let of_run = self.terms.max(1);
        (terms.start / of_run..terms.end.div_ceil(of_run))
            .map(move |run| (run, terms.start.max(run * of_run)..terms.end.min((run + 1) * of_run)))
    }
}

/// The weights and biases of channels, and whether a ReLU follows.
#[derive(Clone, Copy)]
pub struct Affine<'a, T> {
    pub channels: Channels,
    pub weight: &'a [T],
    pub bias: &'a [T],
    pub relu: bool,
}

impl<T: Float> Affine<'_, T> {
    pub(super) fn scale_and_shift(&self, channel: usize, centre: Centre<T>) -> (T, T) {
        let scale = self.weight[channel].to_f64() * centre.inverse;
        (T::of(scale), T::of(self.bias[channel].to_f64() - centre.rest * scale))
    }
}

/// `fma(x - centre, scale, shift)` and perhaps a ReLU; +0 where y <= 0, NaN passes on.
///
/// # Safety
/// `x` and `y` must be valid for these terms.
#[inline(always)]
pub(super) unsafe fn write<V: Vector, const RELU: bool>(
    terms: Range<usize>,
    [centre, scale, shift]: [V::Element; 3],
    x: *const V::Element,
    y: *mut V::Element,
) {
    let (centre, scale, shift) = (V::splat(centre), V::splat(scale), V::splat(shift));
    for_vectors!(V, terms, |i, count| {
        // SAFETY: the caller's promise.
        unsafe {
            let z = V::load_up_to(x.add(i), count).sub(centre).fma(scale, shift);
            let z = if RELU { V::select(z.less_equal(V::zero()), V::zero(), z) } else { z };
            z.store_up_to(y.add(i), count);
        }
    });
}

impl<T: Float> Write<T> for Affine<'_, T> {
    #[inline(always)]
    unsafe fn write<V: Vector<Element = T>>(&self, set: usize, terms: Range<usize>, centre: Centre<T>, x: *const T, y: *mut T) {
        for (run, terms) in self.channels.runs_of(terms) {
            let (scale, shift) = self.scale_and_shift(self.channels.channel(set, run), centre);
            let numbers = [centre.centre, scale, shift];
            // SAFETY: the caller's promise.
            unsafe { if self.relu { write::<V, true>(terms, numbers, x, y) } else { write::<V, false>(terms, numbers, x, y) } }
        }
    }
}
