//! 2-D convolution as a matrix product of windows laid out as columns.

use candle_core::{DType, Tensor};

use super::windows::{padded_zeros, places, without_padding};
use crate::error::Result;
use crate::kernels::geometry::Geometry;
use crate::ops::storage::ensure_room;

/// For each output position, tap by tap, the place in the padded image: `[taps * h' * w']`.
fn places_of(geometry: &Geometry, like: &Tensor) -> Result<Tensor> {
    let Geometry { rows, columns, .. } = *geometry;
    // Each image and channel has as many numbers in its windows as there are places.
    ensure_room(&[geometry.images * geometry.in_channels, geometry.taps(), rows.output, columns.output], DType::F64)?;
    places([rows, columns], 0..geometry.taps(), like)
}

/// `[n, c, h, w] -> [n, groups, c / groups * taps, h' * w']`: every window as a column (Chellapilla et al., 2006).
fn unfold(geometry: &Geometry, x: &Tensor) -> Result<Tensor> {
    let (rows, columns) = (geometry.rows, geometry.columns);
    let padded =
        x.contiguous()?.pad_with_zeros(2, rows.padding, rows.padding)?.pad_with_zeros(3, columns.padding, columns.padding)?;
    let places = padded.flatten_from(2)?.contiguous()?.index_select(&places_of(geometry, x)?, 2)?;
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
    let padded = padded_zeros([rows, columns], geometry.images, geometry.in_channels, dy)?;
    without_padding([rows, columns], &padded.index_add(&places_of(geometry, dy)?, &windows, 2)?)
}

pub fn weight_gradient(geometry: &Geometry, x: &Tensor, dy: &Tensor) -> Result<Tensor> {
    let windows = unfold(geometry, x)?.transpose(2, 3)?.contiguous()?;
    let dw = grouped_output(geometry, dy)?.matmul(&windows)?.sum(0)?;
    Ok(dw.reshape((geometry.out_channels, geometry.in_group(), geometry.rows.kernel, geometry.columns.kernel))?)
}
