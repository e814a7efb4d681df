//! Batch norm by given statistics: `y = fma(x, scale, shift)` with scale = weight / deviation and shift = bias - mean
//! scale, both rounded once, so that a convolution's epilogue can give the same bits.

use std::ops::Range;

use super::channels::write;
use super::moments::{BLOCK, Statistics};
use super::passes::for_pieces;
use super::pending::Pending;
use crate::error::Result;
use crate::kernels::buffer::{Shared, filled};
use crate::kernels::vector::{Float, Kernel, Vector};

/// A channel's centre, scale and shift. What is subtracted is +0, and leaves every number what it is.
pub fn scale_and_shift<T: Float>(weight: T, bias: T, Statistics { mean, variance }: Statistics, epsilon: f64) -> [T; 3] {
    let scale = weight.to_f64() / (variance + epsilon).sqrt();
    [T::ZERO, T::of(scale), T::of(bias.to_f64() - mean * scale)]
}

struct Scale<'a, T> {
    x: &'a [T],
    pending: Pending<'a, T>,
    y: Shared<T>,
    blocks: Range<usize>,
}

impl<T: Float> Kernel<T> for Scale<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let Pending { numbers, relu } = self.pending;
        let terms = self.x.len() / numbers.len();
        let of_channel = terms.div_ceil(BLOCK);
        for channel in self.blocks.start / of_channel..self.blocks.end.div_ceil(of_channel) {
            let first = channel * of_channel;
            let (start, end) = (self.blocks.start.max(first) - first, self.blocks.end.min(first + of_channel) - first);
            let range = start * BLOCK..(end * BLOCK).min(terms);
            // SAFETY: the channel's terms lie within x and y.
            unsafe {
                let (x, y) = (self.x.as_ptr().add(channel * terms), self.y.at(channel * terms));
                write::<V>(range, numbers[channel], x, None, y, relu);
            }
        }
    }
}

/// `x [channels, terms] -> y`, normalised as is pending.
pub fn apply<T: Float>(x: &[T], pending: Pending<T>) -> Result<Vec<T>> {
    let channels = pending.numbers.len();
    let blocks = channels * (x.len() / channels.max(1)).div_ceil(BLOCK);
    // SAFETY: the pieces cover all blocks.
    unsafe { filled(x.len(), |y| for_pieces(blocks, x.len(), |blocks| T::dispatch(Scale { x, pending, y, blocks }))) }
}
