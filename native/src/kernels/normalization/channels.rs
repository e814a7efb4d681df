//! Weight and bias of channels (batch norm, group norm): a set is one or several runs of terms, each of one channel.
//!
//! With scale = weight / deviation and shift = bias - rest scale: `y = fma(x - centre, scale, shift)`, then perhaps
//! `y + added`, then perhaps `max(y, 0)`.

use std::ops::Range;

use super::forward::Write;
use super::moments::{Centre, Statistics};
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

/// The weights and biases of channels, what is added to the result, and whether a ReLU follows then.
#[derive(Clone, Copy)]
pub struct Affine<'a, T> {
    pub channels: Channels,
    pub weight: &'a [T],
    pub bias: &'a [T],
    /// As long as x.
    pub added: Option<&'a [T]>,
    pub relu: bool,
}

impl<T: Float> Affine<'_, T> {
    /// A channel's centre, scale and shift, if it is a set.
    pub fn numbers(&self, channel: usize, statistics: Statistics, epsilon: f64) -> [T; 3] {
        let centre = statistics.centre(epsilon);
        let (scale, shift) = self.scale_and_shift(channel, centre);
        [centre.centre, scale, shift]
    }
    pub(super) fn scale_and_shift(&self, channel: usize, centre: Centre<T>) -> (T, T) {
        let scale = self.weight[channel].to_f64() * centre.inverse;
        (T::of(scale), T::of(self.bias[channel].to_f64() - centre.rest * scale))
    }
}

/// How a vector of x becomes a vector of y.
#[derive(Clone, Copy)]
pub(super) struct Scaled<V> {
    centre: V,
    scale: V,
    shift: V,
}

impl<V: Vector> Scaled<V> {
    #[inline(always)]
    pub(super) fn new([centre, scale, shift]: [V::Element; 3]) -> Self {
        Self { centre: V::splat(centre), scale: V::splat(scale), shift: V::splat(shift) }
    }
    /// `fma(x - centre, scale, shift)`.
    #[inline(always)]
    pub(super) fn of(self, x: V) -> V {
        x.sub(self.centre).fma(self.scale, self.shift)
    }
}

/// +0 where y <= 0, if a ReLU follows; NaN passes on.
#[inline(always)]
pub(super) fn relu_if<V: Vector, const RELU: bool>(y: V) -> V {
    if RELU { V::select(y.less_equal(V::zero()), V::zero(), y) } else { y }
}

/// `fma(x - centre, scale, shift)`, perhaps `+ added`, perhaps a ReLU.
///
/// # Safety
/// `x`, `added` and `y` must be valid for these terms.
#[inline(always)]
pub(super) unsafe fn write<V: Vector>(
    terms: Range<usize>,
    numbers: [V::Element; 3],
    x: *const V::Element,
    added: Option<*const V::Element>,
    y: *mut V::Element,
    relu: bool,
) {
    // SAFETY: the caller's promise.
    unsafe {
        match (added, relu) {
            (None, false) => write_as::<V, false, false>(terms, numbers, x, x, y),
            (None, true) => write_as::<V, false, true>(terms, numbers, x, x, y),
            (Some(added), false) => write_as::<V, true, false>(terms, numbers, x, added, y),
            (Some(added), true) => write_as::<V, true, true>(terms, numbers, x, added, y),
        }
    }
}

/// # Safety
/// As [`write`].
#[inline(always)]
unsafe fn write_as<V: Vector, const ADDED: bool, const RELU: bool>(
    terms: Range<usize>,
    numbers: [V::Element; 3],
    x: *const V::Element,
    added: *const V::Element,
    y: *mut V::Element,
) {
    let scaled = Scaled::<V>::new(numbers);
    for_vectors!(V, terms, |i, count| {
        // SAFETY: the caller's promise.
        unsafe {
            let z = scaled.of(V::load_up_to(x.add(i), count));
            let z = if ADDED { z.add(V::load_up_to(added.add(i), count)) } else { z };
            relu_if::<V, RELU>(z).store_up_to(y.add(i), count);
        }
    });
}

impl<T: Float> Write<T> for Affine<'_, T> {
    #[inline(always)]
    unsafe fn write<V: Vector<Element = T>>(&self, set: usize, terms: Range<usize>, centre: Centre<T>, x: *const T, y: *mut T) {
        for (run, terms) in self.channels.runs_of(terms) {
            let (scale, shift) = self.scale_and_shift(self.channels.channel(set, run), centre);
            let first = set * self.channels.runs * self.channels.terms;
            // SAFETY: the caller's promise; what is added is as long as x.
            unsafe {
                let added = self.added.map(|added| added.as_ptr().add(first));
                write::<V>(terms, [centre.centre, scale, shift], x, added, y, self.relu);
            }
        }
    }
}
