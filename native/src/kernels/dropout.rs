//! Dropout: `out[i] = x[i] scale` where word i of a stream is kept, +0 elsewhere.

use super::buffer::{Shared, filled};
use super::vector::{Float, Kernel, Vector};
use crate::error::Result;
use crate::parallel;
use crate::random::{Stream, UNIT_BITS};

/// Blocks of a stream that are drawn at once: four vectors of the widest processor.
const BLOCKS: usize = 32;

struct Dropout<'a, T> {
    x: &'a [T],
    scale: T,
    /// The least number of a word's highest bits that is kept.
    least: u32,
    stream: Stream,
    out: Shared<T>,
    start: usize,
    end: usize,
}

impl<T: Float> Kernel<T> for Dropout<'_, T> {
    type Output = ();
    /// Whole numbers have one result on every processor: the compiler lays the lanes.
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        for at in (self.start..self.end).step_by(4 * BLOCKS) {
            let blocks = self.stream.blocks::<BLOCKS>(at / 4);
            let words = blocks.as_flattened();
            let chosen = |i: usize| {
                let kept = words[i] >> (u32::BITS - UNIT_BITS) >= self.least;
                // SAFETY: `end` is at most x's and the output's length.
                unsafe { *self.out.at(at + i) = if kept { *self.x.get_unchecked(at + i) * self.scale } else { T::ZERO } };
            };
            // A known number of lanes is what the compiler makes vectors of.
            if self.end - at >= 4 * BLOCKS {
                (0..4 * BLOCKS).for_each(chosen);
            } else {
                (0..self.end - at).for_each(chosen);
            }
        }
    }
}

/// x with probability p zeroed and otherwise divided by 1 - p.
///
/// # Errors
/// Where the memory cannot be had.
pub fn dropout<T: Float>(x: &[T], p: f64, stream: Stream) -> Result<Vec<T>> {
    let scale = T::of(1.0 / (1.0 - p));
    let least = (p * f64::from(1 << UNIT_BITS)).ceil() as u32;
    // SAFETY: the ranges cover all elements.
    unsafe {
        filled(x.len(), |out| {
            // Ranges begin at multiples of 16, and so at whole blocks.
            parallel::for_ranges(x.len(), parallel::WORTH_A_THREAD / 4, |start, end| {
                T::dispatch(Dropout { x, scale, least, stream, out, start, end });
            });
        })
    }
}
