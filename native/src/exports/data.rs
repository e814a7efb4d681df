//! Batches from a set that stays in memory as bytes.

use super::arguments::stream;
use crate::exports;
use crate::handles::{Handle, get, put};
use crate::kernels::images::Augmentation;
use crate::ops::images as ops;

exports! { EXPORTS:
    /// `images u8 [n, c, h, w] -> f32 [indices, c, h, w]`, divided by 255.
    fn gather_images(images: Handle, indices: &[u32]) -> Handle { put(ops::gather_images(&get(images)?, indices)?) }
    /// `labels u8 or u32 [n] -> u32 [indices]`.
    fn gather_labels(labels: Handle, indices: &[u32]) -> Handle { put(ops::gather_labels(&get(labels)?, indices)?) }
    /// Mirrors, shifts and erases images at random; the chance of image j is that of `indices[j]`.
    fn augment_images(images: Handle, flip: u32, crop_padding: u32, erase_probability: f64, seed: u32, purpose: u32, epoch: u32, indices: &[u32]) -> Handle {
        let augmentation = Augmentation { flip: flip != 0, shift: crop_padding.min(1 << 16) as usize, erase: erase_probability };
        put(ops::augment(&get(images)?, &augmentation, stream(seed, purpose, epoch, 0), indices)?)
    }
}
