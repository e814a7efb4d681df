//! Batches from a set that stays in memory as bytes.

use super::arguments::{put_all, stream};
use crate::exports;
use crate::handles::{Handle, get, put};
use crate::kernels::images::{Affine, Augmentation, Colour, Flip};
use crate::ops::images as ops;

exports! { EXPORTS:
    /// Writes two handles, of `images u8 [n, c, h, w] -> f32 [indices, c, h, w]`, divided by 255, and of `labels u8 or u32
    /// [n] -> u32 [indices]`.
    fn gather_batch(images: Handle, labels: Handle, indices: &[u32], out: &mut [f64]) -> Status {
        put_all([ops::gather_images(&get(images)?, indices)?, ops::gather_labels(&get(labels)?, indices)?], out)
    }
    /// Mirrors (1 half of the images, 2 in every other epoch), shifts, maps, colours and erases images at random; image j
    /// takes the random words of index `indices[j]`.
    fn augment_images(images: Handle, flip: u32, crop_padding: u32, erase_probability: f64, cutout: u32, rotate: f64, translate: f64, zoom: f64, shear: f64, brightness: f64, contrast: f64, saturation: f64, seed: u32, purpose: u32, epoch: u32, indices: &[u32]) -> Handle {
        let augmentation = Augmentation {
            flip: match flip {
                0 => Flip::Never,
                1 => Flip::Half,
                _ => Flip::Alternating,
            },
            shift: crop_padding.min(1 << 16) as usize,
            erase: erase_probability,
            cutout: cutout as usize,
            affine: Affine { rotate, translate, zoom, shear },
            colour: Colour { brightness, contrast, saturation },
        };
        put(ops::augment(&get(images)?, &augmentation, stream(seed, purpose, epoch, 0), indices)?)
    }
}
