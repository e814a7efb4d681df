//! The statistics of a result's channels, gathered while the result is stored: those that [`super::forward`] gathers of it.

use std::ops::Range;

use super::moments::{self, BLOCK, Moments};
use crate::error::Result;
use crate::kernels::buffer::Shared;
use crate::kernels::follow::{Follow, followed};
use crate::kernels::normalization::passes::scratch;
use crate::kernels::vector::{Float, Kernel, Vector};

/// The blocks' moments `[channel, block]`.
struct Blocks(Shared<Moments>);

struct Gather<'a, T> {
    x: *const T,
    terms: usize,
    first: usize,
    out: &'a mut [Moments],
}

impl<T: Float> Kernel<T> for Gather<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        // SAFETY: `Followed` promises the terms of these blocks.
        unsafe { moments::of_blocks::<V>(self.x, self.terms, self.first, self.out, false) };
    }
}

impl<T: Float> Follow<T> for Blocks {
    fn unit(&self) -> usize {
        BLOCK
    }
    unsafe fn make(&self, y: Shared<T>, terms: usize, channel: usize, units: Range<usize>) {
        // SAFETY: the caller's promise; each block has its place.
        unsafe {
            let out = self.0.at(channel * terms.div_ceil(BLOCK) + units.start);
            let out = std::slice::from_raw_parts_mut(out, units.len());
            T::dispatch(Gather { x: y.at(0), terms, first: units.start, out });
        }
    }
}

/// What `store`, which follows its result `[channels, terms]`, gives, and the channels' means and variances `[2, channels]`.
pub fn with_statistics<T: Float, Y>(
    [channels, terms]: [usize; 2],
    store: impl FnOnce(&dyn Follow<T>) -> Result<Y>,
) -> Result<(Y, Vec<f64>)> {
    let units = terms.div_ceil(BLOCK);
    let mut blocks = scratch(channels * units)?;
    let y = store(&Blocks(Shared::new(blocks.as_mut_ptr())))?;
    let mut statistics = scratch(2 * channels)?;
    for (channel, blocks) in blocks.chunks(units.max(1)).enumerate() {
        let of_channel = moments::joined(blocks);
        (statistics[channel], statistics[channels + channel]) = (of_channel.mean, of_channel.variance);
    }
    Ok((y, statistics))
}

/// The means and variances `[2, channels]` of `x [channels, terms]`.
pub fn statistics<T: Float>(x: &[T], channels: usize) -> Result<Vec<f64>> {
    let shape = [channels, x.len() / channels.max(1)];
    let (_, statistics) = with_statistics(shape, |follow| {
        // SAFETY: x is stored, and what follows it only reads it.
        unsafe { followed(Some(follow), shape, Shared::new(x.as_ptr().cast_mut()), |_| ()) };
        Ok(())
    })?;
    Ok(statistics)
}
