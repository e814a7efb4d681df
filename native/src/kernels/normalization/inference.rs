//! Batch norm by given statistics: `y = fma(x, scale, shift)` with scale = weight / deviation and shift = bias - mean
//! scale, both rounded once, so that a convolution's epilogue can give the same bits.

use std::ops::Range;

use super::channels::write;
use super::moments::{BLOCK, Statistics};
use super::passes::{Division, Passes, run};
use super::pending::Pending;
use crate::error::Result;
use crate::kernels::buffer::{Shared, filled};
use crate::kernels::vector::{Float, Vector};

/// A channel's centre, scale and shift. What is subtracted is +0, and leaves every number what it is.
pub fn scale_and_shift<T: Float>(weight: T, bias: T, Statistics { mean, variance }: Statistics, epsilon: f64) -> [T; 3] {
    let scale = weight.to_f64() / (variance + epsilon).sqrt();
    [T::ZERO, T::of(scale), T::of(bias.to_f64() - mean * scale)]
}

struct Scale<'a, T> {
    x: &'a [T],
    terms: usize,
    pending: Pending<'a, T>,
    y: Shared<T>,
}

impl<T: Float> Passes<T> for Scale<'_, T> {
    fn gathers(&self) -> bool {
        false
    }
    fn gather<V: Vector<Element = T>>(&self, _: usize, _: Range<usize>) {}
    fn join(&self, _: usize) {}
    #[inline(always)]
    fn write<V: Vector<Element = T>>(&self, channel: usize, units: Range<usize>) {
        let (Pending { numbers, relu }, first) = (self.pending, channel * self.terms);
        let range = units.start * BLOCK..(units.end * BLOCK).min(self.terms);
        // SAFETY: the channel's terms lie within x and y.
        unsafe {
            let (x, y) = (self.x.as_ptr().add(first), self.y.at(first));
            write::<V>(range, numbers[channel], x, None, y, relu);
        }
    }
}

/// `x [channels, terms] -> y`, normalised as is pending.
pub fn apply<T: Float>(x: &[T], pending: Pending<T>) -> Result<Vec<T>> {
    let sets = pending.numbers.len();
    let terms = x.len() / sets.max(1);
    let division = Division { sets, units: terms.div_ceil(BLOCK), terms };
    // SAFETY: the pass covers all channels.
    unsafe { filled(x.len(), |y| run(&Scale { x, terms, pending, y }, division)) }
}
