//! Batches of images: gathering, scaling and augmentation.

use super::buffer::{Shared, filled};
use super::vector::{Float, Kernel, Vector};
use crate::error::Result;
use crate::random::{Stream, unit};

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

/// Asks memory for bytes that are soon to be read.
fn prefetch(bytes: &[u8]) {
    for line in bytes.chunks(64) {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a hint, which reads nothing.
        unsafe {
            std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(line.as_ptr().cast())
        };
        #[cfg(not(target_arch = "x86_64"))]
        let _ = line;
    }
}

/// Images `indices` of `images [n, size]` as numbers in [0, 1]; the indices are below n.
pub fn gather(images: &[u8], size: usize, indices: &[u32]) -> Result<Vec<f32>> {
    /// A shuffled image is in no cache, and nothing foresees where it lies.
    const AHEAD: usize = 2;
    let pixels = |index: u32| &images[index as usize * size..][..size];
    // SAFETY: each image of the batch is written.
    unsafe {
        filled(indices.len() * size, |out: Shared<f32>| {
            for (place, &index) in indices.iter().enumerate() {
                if let Some(&next) = indices.get(place + AHEAD) {
                    prefetch(pixels(next));
                }
                f32::dispatch(Scale { pixels: pixels(index), out: Shared::new(out.at(place * size)) });
            }
        })
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Augmentation {
    /// Mirror half of the images left to right.
    pub flip: bool,
    /// Shift by up to this many pixels in each direction, filling with 0.
    pub shift: usize,
    /// How likely a rectangle of each image is erased (Zhong et al., arXiv 1708.04896); its sides are drawn
    /// uniformly between 1/8 and 1/2 of the image's.
    pub erase: f64,
}

/// Changes one image `[channels, rows, columns]`, by chance of its own stream.
pub fn augment(augmentation: &Augmentation, image: &mut [f32], [channels, rows, columns]: [usize; 3], stream: Stream) {
    let mut words = stream.words(0);
    let mut below = |range: usize| ((u64::from(words.next().unwrap_or_default()) * range as u64) >> 32) as usize;
    let flip = below(2) == 1 && augmentation.flip;
    let (down, right) = (below(2 * augmentation.shift + 1), below(2 * augmentation.shift + 1));
    let erase = f64::from(unit(below(1 << 32) as u32)) < augmentation.erase;
    let (height, width) = (rows / 8 + below(rows / 2 - rows / 8 + 1), columns / 8 + below(columns / 2 - columns / 8 + 1));
    let (top, left) = (below(rows - height + 1), below(columns - width + 1));
    let source = image.to_vec();
    for channel in 0..channels {
        for row in 0..rows {
            for column in 0..columns {
                let from_row = (row + down).checked_sub(augmentation.shift).filter(|&row| row < rows);
                let from_column = (column + right).checked_sub(augmentation.shift).filter(|&column| column < columns);
                let erased = erase && (top..top + height).contains(&row) && (left..left + width).contains(&column);
                image[(channel * rows + row) * columns + column] = match (from_row, from_column) {
                    (Some(row), Some(column)) if !erased => {
                        let column = if flip { columns - 1 - column } else { column };
                        source[(channel * rows + row) * columns + column]
                    }
                    _ => 0.0,
                };
            }
        }
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
