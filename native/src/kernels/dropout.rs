//! Dropout: `out[i] = x[i] scale` where word i of a stream is kept, +0 elsewhere; i counts in row-major order, however the
//! elements lie.

use std::ops::Range;

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

/// What kept numbers are multiplied by, and the least number of a word's highest bits that is kept.
fn scale_and_least<T: Float>(p: f64) -> (T, u32) {
    (T::of(1.0 / (1.0 - p)), (p * f64::from(1 << UNIT_BITS)).ceil() as u32)
}

/// x with probability p zeroed and otherwise divided by 1 - p.
///
/// # Errors
/// Where the memory cannot be had.
pub fn dropout<T: Float>(x: &[T], p: f64, stream: Stream) -> Result<Vec<T>> {
    let (scale, least) = scale_and_least(p);
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

/// How many numbers an image may have for [`dropout_by_image`]: whole blocks of the stream.
pub const OF_IMAGE: usize = 4;

struct ByImage<'a, T> {
    x: &'a [T],
    images: usize,
    scale: T,
    least: u32,
    stream: Stream,
    out: Shared<T>,
    /// Some of the blocks of an image.
    blocks: Range<usize>,
}

impl<T: Float> Kernel<T> for ByImage<'_, T> {
    type Output = ();
    /// As above: lanes are images, each with a block of its own.
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let of_image = self.x.len() / self.images / OF_IMAGE;
        for block in self.blocks.clone() {
            for first in (0..self.images).step_by(BLOCKS) {
                let words = self.stream.blocks_apart::<BLOCKS>(first * of_image + block, of_image);
                for (place, words) in words.iter().enumerate() {
                    let at = (block * OF_IMAGE + place) * self.images + first;
                    let chosen = |lane: usize| {
                        let kept = words[lane] >> (u32::BITS - UNIT_BITS) >= self.least;
                        let i = at + lane;
                        // SAFETY: the image is one of x's and the output's.
                        unsafe { *self.out.at(i) = if kept { *self.x.get_unchecked(i) * self.scale } else { T::ZERO } };
                    };
                    if self.images - first >= BLOCKS {
                        (0..BLOCKS).for_each(chosen);
                    } else {
                        (0..self.images - first).for_each(chosen);
                    }
                }
            }
        }
    }
}

/// [`dropout`] of elements that lie images innermost; an image has a multiple of [`OF_IMAGE`] of them.
pub fn dropout_by_image<T: Float>(x: &[T], images: usize, p: f64, stream: Stream) -> Result<Vec<T>> {
    let (scale, least) = scale_and_least(p);
    let blocks = x.len() / images.max(1) / OF_IMAGE;
    // SAFETY: the ranges cover all blocks of all images.
    unsafe {
        filled(x.len(), |out| {
            let grain = (parallel::WORTH_A_THREAD / (16 * images.max(1))).max(1);
            parallel::for_ranges(blocks, grain, |start, end| {
                T::dispatch(ByImage { x, images, scale, least, stream, out, blocks: start..end });
            });
        })
    }
}
