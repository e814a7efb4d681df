//! Images with their channels innermost and zeros around them, so that every patch lies inside.

use crate::error::Result;
use crate::kernels::buffer::{Shared, filled};
use crate::kernels::copy::Transpose;
use crate::kernels::vector::Float;
use crate::parallel;

/// Channels lie in rows of a multiple of these.
pub(super) const CHANNELS: usize = 16;
/// Images that are laid out at a time: what a cache line holds of a pixel, and few enough for the cache.
pub(super) const IMAGES: usize = 16;

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
    pub(super) fn lay_out(&mut self, first: usize, images: usize) {
        let (pixels, step) = (self.rows * self.columns, self.height * self.width * self.channels);
        let (x, out) = (&self.x[first..], Shared::new(self.data.as_mut_ptr()));
        let grain = 1 + parallel::WORTH_A_THREAD / (images * self.from_channels);
        parallel::for_ranges(pixels, grain, |first, last| {
            for pixel in first..last {
                let at = (pixel / self.columns * self.width + pixel % self.columns) * self.channels + self.offset;
                T::dispatch(Transpose {
                    from: x[pixel * self.all_images..].as_ptr(),
                    from_step: pixels * self.all_images,
                    rows: self.from_channels,
                    columns: images,
                    // SAFETY: the pixels lie within the images, and each is written by one task.
                    to: unsafe { out.at(at) },
                    to_step: step,
                });
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
