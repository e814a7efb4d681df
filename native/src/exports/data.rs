//! Batches from a set that stays in memory as bytes.

use super::arguments::{put_all, stream};
use crate::exports;
use crate::handles::{Handle, get, put};
use crate::kernels::images::Augmentation;
use crate::ops::images as ops;

exports! { EXPORTS:
    /// Writes two handles, of `images u8 [n, c, h, w] -> f32 [indices, c, h, w]`, divided by 255, and of `labels u8 or u32
    /// [n] -> u32 [indices]`.
    fn gather_batch(images: Handle, labels: Handle, indices: &[u32], out: &mut [f64]) -> Status {
        put_all([ops::gather_images(&get(images)?, indices)?, ops::gather_labels(&get(labels)?, indices)?], out)
    }
    /// Mirrors, shifts and erases images at random; image j takes the random words of
    /// index `indices[j]`.
    fn augment_images(images: Handle, flip: u32, crop_padding: u32, erase_probability: f64, seed: u32, purpose: u32, epoch: u32, indices: &[u32]) -> Handle {
        let augmentation = Augmentation { flip: flip != 0, shift: crop_padding.min(1 << 16) as usize, erase: erase_probability };
        put(ops::augment(&get(images)?, &augmentation, stream(seed, purpose, epoch, 0), indices)?)
    }
}
