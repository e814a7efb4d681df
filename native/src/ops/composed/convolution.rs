//! 2-D convolution as a matrix product of windows laid out as columns.

use candle_core::Tensor;

use crate::error::Result;
use crate::kernels::geometry::Geometry;

/// For each output position, tap by tap, the place in the padded image: `[taps * h' * w']`.
fn unfolding(geometry: &Geometry) -> Vec<u32> {
    let (rows, columns) = (geometry.rows, geometry.columns);
    let padded_width = columns.input + 2 * columns.padding;
    let mut places = Vec::with_capacity(geometry.taps() * rows.output * columns.output);
    for ky in 0..rows.kernel {
        for kx in 0..columns.kernel {
            for row in 0..rows.output {
                let padded_row = row * rows.stride + ky * rows.dilation;
                places.extend(
                    (0..columns.output)
                        .map(|column| (padded_row * padded_width + column * columns.stride + kx * columns.dilation) as u32),
                );
            }
        }
    }
    places
}

fn unfolding_on(geometry: &Geometry, like: &Tensor) -> Result<Tensor> {
    let places = unfolding(geometry);
    let count = places.len();
    Ok(Tensor::from_vec(places, count, like.device())?)
}

/// `[n, c, h, w] -> [n, groups, c / groups * taps, h' * w']`: every window as a column (Chellapilla et al., 2006).
fn unfold(geometry: &Geometry, x: &Tensor) -> Result<Tensor> {
    let (rows, columns) = (geometry.rows, geometry.columns);
    let padded =
        x.contiguous()?.pad_with_zeros(2, rows.padding, rows.padding)?.pad_with_zeros(3, columns.padding, columns.padding)?;
    let places = padded.flatten_from(2)?.contiguous()?.index_select(&unfolding_on(geometry, x)?, 2)?;
    let shape = (geometry.images, geometry.groups, geometry.in_group() * geometry.taps(), rows.output * columns.output);
    Ok(places.reshape(shape)?)
}

fn grouped_weight(geometry: &Geometry, weight: &Tensor) -> Result<Tensor> {
    let shape = (1, geometry.groups, geometry.out_group(), geometry.in_group() * geometry.taps());
    Ok(weight.contiguous()?.reshape(shape)?)
}

fn grouped_output(geometry: &Geometry, dy: &Tensor) -> Result<Tensor> {
    let shape = (geometry.images, geometry.groups, geometry.out_group(), geometry.rows.output * geometry.columns.output);
    Ok(dy.contiguous()?.reshape(shape)?)
}

pub fn forward(geometry: &Geometry, x: &Tensor, weight: &Tensor) -> Result<Tensor> {
    let y = grouped_weight(geometry, weight)?.broadcast_matmul(&unfold(geometry, x)?)?;
    Ok(y.reshape((geometry.images, geometry.out_channels, geometry.rows.output, geometry.columns.output))?)
}

pub fn input_gradient(geometry: &Geometry, dy: &Tensor, weight: &Tensor) -> Result<Tensor> {
    let (rows, columns) = (geometry.rows, geometry.columns);
    let windows =
        grouped_weight(geometry, weight)?.transpose(2, 3)?.contiguous()?.broadcast_matmul(&grouped_output(geometry, dy)?)?;
    let windows = windows.reshape((geometry.images, geometry.in_channels, geometry.taps() * rows.output * columns.output))?;
    let (height, width) = (rows.input + 2 * rows.padding, columns.input + 2 * columns.padding);
    let padded = Tensor::zeros((geometry.images, geometry.in_channels, height * width), dy.dtype(), dy.device())?;
    let padded = padded.index_add(&unfolding_on(geometry, dy)?, &windows, 2)?;
    let padded = padded.reshape((geometry.images, geometry.in_channels, height, width))?;
    Ok(padded.narrow(2, rows.padding, rows.input)?.narrow(3, columns.padding, columns.input)?.contiguous()?)
}

pub fn weight_gradient(geometry: &Geometry, x: &Tensor, dy: &Tensor) -> Result<Tensor> {
    let windows = unfold(geometry, x)?.transpose(2, 3)?.contiguous()?;
    let dw = grouped_output(geometry, dy)?.matmul(&windows)?.sum(0)?;
    Ok(dw.reshape((geometry.out_channels, geometry.in_group(), geometry.rows.kernel, geometry.columns.kernel))?)
}
