//! Batches of images: gathering, scaling and augmentation.

mod affine;
mod augment;
mod colour;

pub use affine::Affine;
pub use augment::{Augmentation, Flip, augment};
pub use colour::Colour;

use super::buffer::{Shared, filled};
use super::vector::{Float, Kernel, Vector, prefetch};
use crate::error::Result;
use crate::parallel;

/// 1 / 255 as a sum of two f32.
const RECIPROCAL: (f32, f32) = (1.0 / 255.0, (1.0 / 255.0 - (1.0f32 / 255.0) as f64) as f32);

/// `pixel / 255`, correctly rounded for each of the 256 pixels; a product with 1/255 is not for 126 of the pixels. A
/// division takes the processor three times as long.
#[inline(always)]
fn over_255(pixel: u8) -> f32 {
    let pixel = f32::from(pixel);
    pixel.mul_add(RECIPROCAL.0, pixel * RECIPROCAL.1)
}

struct Scale<'a> {
    pixels: &'a [u8],
    out: Shared<f32>,
}

impl Kernel<f32> for Scale<'_> {
    type Output = ();
    /// Without vectors by hand: the compiler makes them of this loop, with the chosen instruction set.
    #[inline(always)]
    fn run<V: Vector<Element = f32>>(self) {
        // SAFETY: the output is as long as the pixels.
        let out = unsafe { std::slice::from_raw_parts_mut(self.out.at(0), self.pixels.len()) };
        for (out, &pixel) in out.iter_mut().zip(self.pixels) {
            *out = over_255(pixel);
        }
    }
}

/// Images `indices` of `images [n, size]` as numbers in [0, 1]; the indices are below n.
pub fn gather(images: &[u8], size: usize, indices: &[u32]) -> Result<Vec<f32>> {
    /// A shuffled image is in no cache, and nothing foresees where it lies.
    const AHEAD: usize = 2;
    let pixels = |index: u32| &images[index as usize * size..][..size];
    let grain = 1 + parallel::WORTH_A_THREAD / size.max(1);
    // SAFETY: the ranges cover all images of the batch.
    unsafe {
        filled(indices.len() * size, |out: Shared<f32>| {
            parallel::for_ranges(indices.len(), grain, |start, end| {
                for place in start..end {
                    if let Some(&next) = indices.get(place + AHEAD) {
                        pixels(next).chunks(64).for_each(|line| prefetch(line.as_ptr()));
                    }
                    f32::dispatch(Scale { pixels: pixels(indices[place]), out: Shared::new(out.at(place * size)) });
                }
            });
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pixel_is_divided_by_255() {
        for pixel in 0..=255u8 {
            assert_eq!(over_255(pixel).to_bits(), (f32::from(pixel) / 255.0).to_bits());
        }
    }
}
