//! Group norm of images innermost, `[channel, pixel, image]`: a set is an image's channels of a group, its terms are as
//! far apart as there are images, and lanes are images. Every number is the one that [`super::channels`] gives where a
//! set's terms lie side by side.

use std::ops::Range;

use super::channels::{Affine, relu_if};
use super::moments::{Centre, Statistics, Strided};
use super::passes::scratch;
use super::pixels::{LANES, Numbers, SIDE_BY_SIDE, for_tiles, statistics};
use crate::error::Result;
use crate::kernels::buffer::{Shared, filled};
use crate::kernels::vector::{Float, Kernel, Vector, prefetch, prefetch_to_write};
use crate::parallel;

/// Terms that are hinted at before they are read or written: each is a few cache lines, apart from the next one's.
const AHEAD: usize = 16;
/// Bytes of a tensor that caches hold, where hints cost more than they save.
const CACHED: usize = 4 << 20;

/// Where the sets' images and groups are.
#[derive(Clone, Copy)]
pub(super) struct Places {
    pub images: usize,
    pub groups: usize,
}

impl Places {
    pub fn of<T>(affine: &Affine<T>) -> Self {
        let groups = affine.channels.channels / affine.channels.runs;
        Self { images: affine.channels.sets / groups, groups }
    }
    /// The set of an image.
    pub fn set(&self, group: usize, image: usize) -> usize {
        image * self.groups + group
    }
    /// Calls `function` with a group and some of its images: as many as lie side by side in a tile where there are
    /// parts enough for the threads.
    pub fn for_parts(&self, work: usize, function: impl Fn(usize, Range<usize>) + Sync) {
        let parts = |grain: usize| self.groups * self.images.div_ceil(grain);
        let wide = SIDE_BY_SIDE * LANES;
        let grain = if parts(wide) >= 2 * parallel::threads() { wide } else { LANES };
        let of_group = self.images.div_ceil(grain);
        let part = |part: usize| {
            let first = part % of_group * grain;
            function(part / of_group, first..self.images.min(first + grain));
        };
        if work < parallel::WORTH_A_THREAD {
            return (0..parts(grain)).for_each(part);
        }
        parallel::for_each(parts(grain), part);
    }
}

/// Scale and shift of the lanes' sets for a channel.
#[inline(always)]
pub(super) fn scales<V: Vector>(affine: &Affine<V::Element>, channel: usize, centres: &[Centre<V::Element>; LANES]) -> [V; 2] {
    let [mut scale, mut shift] = [[V::Element::ZERO; LANES]; 2];
    for lane in 0..V::LANES {
        (scale[lane], shift[lane]) = affine.scale_and_shift(channel, centres[lane]);
    }
    // SAFETY: no vector has more lanes.
    unsafe { [V::load(scale.as_ptr()), V::load(shift.as_ptr())] }
}

/// What the lanes' sets are normalised by, and what is subtracted.
#[inline(always)]
pub(super) fn centres<V: Vector>([mean, variance]: [Numbers; 2], epsilon: f64) -> ([Centre<V::Element>; LANES], V) {
    let mut all = [Statistics { mean: 0.0, variance: 1.0 }.centre(epsilon); LANES];
    let mut subtracted = [V::Element::ZERO; LANES];
    for lane in 0..V::LANES {
        all[lane] = Statistics { mean: mean[lane], variance: variance[lane] }.centre(epsilon);
        subtracted[lane] = all[lane].centre;
    }
    // SAFETY: no vector has more lanes.
    (all, unsafe { V::load(subtracted.as_ptr()) })
}

struct Forward<'a, T> {
    x: &'a [T],
    affine: Affine<'a, T>,
    epsilon: f64,
    statistics: Shared<f64>,
    y: Shared<T>,
    group: usize,
    images: Range<usize>,
}

impl<T: Float> Forward<'_, T> {
    /// # Safety
    /// There must be `count` images from the first on, at most as many as `N` vectors have lanes.
    #[inline(always)]
    unsafe fn tile<V: Vector<Element = T>, const N: usize, const RELU: bool>(&self, first: usize, count: usize) {
        let (channels, places) = (self.affine.channels, Places::of(&self.affine));
        let terms = channels.runs * channels.terms;
        let at = self.group * terms * places.images + first;
        // SAFETY: the caller's promise.
        let x = Strided { x: unsafe { self.x.as_ptr().add(at) }, terms: places.images };
        // SAFETY: as above.
        let found = unsafe { statistics::<V, N>(x, terms, count) };
        let mut all = [centres::<V>([[0.0; LANES]; 2], self.epsilon); N];
        for v in 0..N {
            all[v] = centres::<V>(found[v], self.epsilon);
            for lane in 0..V::LANES.min(count - v * V::LANES) {
                let set = places.set(self.group, first + v * V::LANES + lane);
                for which in 0..2 {
                    // SAFETY: these sets are this thread's.
                    unsafe { *self.statistics.at(which * channels.sets + set) = found[v][which][lane] };
                }
            }
        }
        let is_far = size_of_val(self.x) > CACHED;
        for run in 0..channels.runs {
            let mut numbers = [[V::zero(); 2]; N];
            for v in 0..N {
                numbers[v] = scales::<V>(&self.affine, self.group * channels.runs + run, &all[v].0);
            }
            for term in run * channels.terms..(run + 1) * channels.terms {
                for v in 0..N {
                    let (i, left, [scale, shift]) = (v * V::LANES, count - v * V::LANES, numbers[v]);
                    // SAFETY: as above.
                    unsafe {
                        let y = x.at::<V>(term, i, left).sub(all[v].1).fma(scale, shift);
                        let to = self.y.at(at + term * places.images + i);
                        relu_if::<V, RELU>(y).store_up_to(to, left);
                        if is_far {
                            prefetch(x.x.wrapping_add((term + AHEAD) * places.images + i));
                            prefetch_to_write(to.wrapping_add(AHEAD * places.images));
                        }
                    }
                }
            }
        }
    }
}

impl<T: Float> Kernel<T> for Forward<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        // SAFETY: the range lies within the images.
        for_tiles!(V, self.images.clone(), |first, count, N| unsafe {
            if self.affine.relu { self.tile::<V, N, true>(first, count) } else { self.tile::<V, N, false>(first, count) }
        });
    }
}

/// `x [channels, pixels, images] -> (y, the sets' means and variances [2, sets])`; a set is one of `affine.channels`, and
/// nothing is added.
pub fn forward<T: Float>(x: &[T], epsilon: f64, affine: Affine<T>) -> Result<(Vec<T>, Vec<f64>)> {
    let mut statistics = scratch(2 * affine.channels.sets)?;
    let place = Shared::new(statistics.as_mut_ptr());
    // SAFETY: the parts cover all groups and images.
    let y = unsafe {
        filled(x.len(), |y| {
            Places::of(&affine).for_parts(x.len(), |group, images| {
                T::dispatch(Forward { x, affine, epsilon, statistics: place, y, group, images });
            });
        })?
    };
    Ok((y, statistics))
}
