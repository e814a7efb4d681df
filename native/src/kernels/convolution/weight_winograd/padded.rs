//! Images with their channels innermost and zeros around them, so that every patch lies inside.

use crate::error::Result;
use crate::kernels::buffer::{Shared, filled};
use crate::kernels::copy::Transpose;
use crate::kernels::vector::Float;
use crate::parallel;

/// Channels lie in rows of a multiple of these.
pub(super) const CHANNELS: usize = 16;
/// Images that are laid out at a time: a few cache lines of each pixel, and few enough for the cache.
pub(super) const IMAGES: usize = 32;

/// `[image, row, column, channel]`.
pub(super) struct Padded<'a, T> {
    /// `[channel, row, column, image]`.
    x: &'a [T],
    from_channels: usize,
    all_images: usize,
    rows: usize,
    columns: usize,
    /// Where the first pixel lies in the padded image.
    offset: usize,
    data: Vec<T>,
    height: usize,
    pub(super) width: usize,
    /// Channels up to a multiple of [`CHANNELS`].
    pub(super) channels: usize,
}

impl<'a, T: Float> Padded<'a, T> {
    pub(super) fn new(
        x: &'a [T],
        [from_channels, rows, columns, all_images]: [usize; 4],
        [height, width]: [usize; 2],
        padding: [usize; 2],
    ) -> Result<Self> {
        let channels = from_channels.next_multiple_of(CHANNELS);
        let length = all_images.min(IMAGES) * height * width * channels;
        // SAFETY: zeros are numbers.
        let data = unsafe { filled(length, |data: Shared<T>| std::ptr::write_bytes(data.at(0), 0, length))? };
        let offset = (padding[0] * width + padding[1]) * channels;
        Ok(Self { x, from_channels, all_images, rows, columns, offset, data, height, width, channels })
    }

    /// Lays out up to [`IMAGES`] images. The zeros around them are never written.
    ///
    /// A task reads a row of a few channels, each from its beginning to its end: the processor can fetch ahead.
    pub(super) fn lay_out(&mut self, first: usize, images: usize) {
        let (rows, columns, all_images) = (self.rows, self.columns, self.all_images);
        let (x, out) = (&self.x[first..], Shared::new(self.data.as_mut_ptr()));
        let blocks = self.channels / CHANNELS;
        let grain = 1 + parallel::WORTH_A_THREAD / (columns * images * CHANNELS);
        parallel::for_each((blocks * rows).div_ceil(grain), |task| {
            for part in task * grain..(blocks * rows).min((task + 1) * grain) {
                let (channel, row) = (part / rows * CHANNELS, part % rows);
                let to = self.offset + row * self.width * self.channels + channel;
                for column in 0..columns {
                    T::dispatch(Transpose {
                        from: x[((channel * rows + row) * columns + column) * all_images..].as_ptr(),
                        from_step: rows * columns * all_images,
                        rows: CHANNELS.min(self.from_channels - channel),
                        columns: images,
                        // SAFETY: the pixels lie within the images, and each channel's is written by one task.
                        to: unsafe { out.at(to + column * self.channels) },
                        to_step: self.height * self.width * self.channels,
                    });
                }
            }
        });
    }

    /// The patch that begins at this row and column.
    ///
    /// # Safety
    /// The image must be laid out and the patch lie inside.
    #[inline(always)]
    pub(super) unsafe fn patch(&self, image: usize, row: usize, column: usize) -> *const T {
        // SAFETY: the caller's promise.
        unsafe { self.data.as_ptr().add(((image * self.height + row) * self.width + column) * self.channels) }
    }
}
