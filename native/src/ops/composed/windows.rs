//! Windows over the rows and columns of a padded image, tap by tap.

use std::ops::Range;

use candle_core::Tensor;

use crate::error::Result;
use crate::kernels::buffer::room;
use crate::kernels::geometry::Axis;

/// Rows and columns.
pub type Axes = [Axis; 2];

/// The places in the padded image that these taps of all windows meet: `[taps * h' * w']`. Tap (ky, kx) has the number
/// ky * kernel columns + kx.
pub fn places([rows, columns]: Axes, taps: Range<usize>, like: &Tensor) -> Result<Tensor> {
    let width = columns.input + 2 * columns.padding;
    let count = taps.len() * rows.output * columns.output;
    let mut places = room(count)?;
    for tap in taps {
        let (ky, kx) = (tap / columns.kernel, tap % columns.kernel);
        for row in 0..rows.output {
            let first = (row * rows.stride + ky * rows.dilation) * width + kx * columns.dilation;
            places.extend((0..columns.output).map(|column| (first + column * columns.stride) as u32));
        }
    }
    Ok(Tensor::from_vec(places, count, like.device())?)
}

/// Padded images of zeros, `[n, c, h * w]`.
pub fn padded_zeros([rows, columns]: Axes, images: usize, channels: usize, like: &Tensor) -> Result<Tensor> {
    let size = (rows.input + 2 * rows.padding) * (columns.input + 2 * columns.padding);
    Ok(Tensor::zeros((images, channels, size), like.dtype(), like.device())?)
}

/// Padded images `[n, c, h * w]` without their padding, `[n, c, h, w]`.
pub fn without_padding([rows, columns]: Axes, padded: &Tensor) -> Result<Tensor> {
    let (images, channels, _) = padded.dims3()?;
    let (height, width) = (rows.input + 2 * rows.padding, columns.input + 2 * columns.padding);
    let padded = padded.reshape((images, channels, height, width))?;
    Ok(padded.narrow(2, rows.padding, rows.input)?.narrow(3, columns.padding, columns.input)?.contiguous()?)
}
