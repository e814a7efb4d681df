//! Layer norm of each pixel over its channels, as ConvNeXt has it (Liu et al., arXiv 2201.03545).

use candle_core::Tensor;

use super::{check, check_gradient, empty, empty_gradients, statistics_of};
use crate::error::Result;
use crate::kernels::normalization::{self as kernel, Rows};
use crate::ops::composed::normalization::{self as composed, Sets};
use crate::ops::storage::{Elements, Format, batch_innermost, has_float_kernels, make, row_major};
use crate::{fail, floats};

/// `[channels, pixels and images]`, a column each of which is a set.
fn sets_of(x: &Tensor) -> Result<Sets> {
    if x.rank() < 2 {
        fail!("Layer normalisation of pixels takes [n, c, ..], not {:?}", x.dims());
    }
    let (images, channels) = (x.dims()[0], x.dims()[1]);
    let pixels: usize = x.dims()[2..].iter().product();
    Ok(Sets { shape: [1, 1, channels, pixels * images], over: [1, 2], about_zero: false })
}

/// A view with the first dimension last, as the composed form takes it.
fn images_last(x: &Tensor) -> Result<Tensor> {
    Ok(x.permute((1..x.rank()).chain([0]).collect::<Vec<_>>())?)
}

/// What [`images_last`] undoes.
fn images_first(x: &Tensor) -> Result<Tensor> {
    let last = x.rank() - 1;
    Ok(x.permute([last].into_iter().chain(0..last).collect::<Vec<_>>())?)
}

/// `x [n, c, ..] -> (y, statistics)` over the channels.
pub fn pixel_norm(x: &Tensor, weight: &Tensor, bias: &Tensor, epsilon: f64) -> Result<[Tensor; 2]> {
    let sets = sets_of(x)?;
    let [_, _, channels, positions] = sets.shape;
    check(x, channels, &[weight, bias])?;
    let has_kernels = has_float_kernels(x, "Normalisation")?;
    if x.elem_count() == 0 {
        return empty(x, positions);
    }
    if !has_kernels {
        let [y, statistics] = composed::forward(&images_last(x)?, &sets, weight, Some(bias), epsilon)?;
        return Ok([images_first(&y)?, statistics]);
    }
    floats!(x, "normalisation", T => {
        let (dense, weight, bias) = (batch_innermost::<T>(x)?, row_major::<T>(weight)?, row_major::<T>(bias)?);
        let (dense, weight, bias) = (Elements::<T>::of(&dense)?, Elements::<T>::of(&weight)?, Elements::<T>::of(&bias)?);
        let (y, statistics) = kernel::pixels_forward(&dense, &weight, &bias, epsilon)?;
        Ok([make(y, x.dims(), Format::BatchInnermost)?, statistics_of(statistics)?])
    })
}

/// The gradients of [`pixel_norm`] for x, weight and bias.
pub fn pixel_norm_gradients(
    [x, dy]: [&Tensor; 2],
    weight: &Tensor,
    statistics: &Tensor,
    epsilon: f64,
    wanted: [bool; 3],
) -> Result<[Option<Tensor>; 3]> {
    let sets = sets_of(x)?;
    let [_, _, channels, positions] = sets.shape;
    check(x, channels, &[weight])?;
    check_gradient(x, dy, statistics, positions)?;
    let has_kernels = has_float_kernels(x, "Normalisation")?;
    if x.elem_count() == 0 {
        return empty_gradients(x, weight, wanted);
    }
    if !has_kernels {
        let (x, dy) = (images_last(x)?, images_last(dy)?);
        let [dx, dweight, dbias] = composed::gradients(&x, &dy, &sets, weight, statistics, epsilon, wanted)?;
        return Ok([dx.as_ref().map(images_first).transpose()?, dweight, dbias]);
    }
    let [for_x, for_weight, for_bias] = wanted;
    floats!(x, "normalisation", T => {
        let (dense, dy, own) = (batch_innermost::<T>(x)?, batch_innermost::<T>(dy)?, row_major::<T>(weight)?);
        let statistics = row_major::<f64>(statistics)?;
        let (dense, dy, own) = (Elements::<T>::of(&dense)?, Elements::<T>::of(&dy)?, Elements::<T>::of(&own)?);
        let statistics = Elements::<f64>::of(&statistics)?;
        let of = Rows { weight: &own, x: &dense, dy: &dy, statistics: &statistics, about_zero: false, epsilon };
        let (dx, dweight, dbias) = kernel::pixels_backward(of, for_x)?;
        Ok([
            for_x.then(|| make(dx, x.dims(), Format::BatchInnermost)).transpose()?,
            for_weight.then(|| make(dweight, weight.dims(), Format::RowMajor)).transpose()?,
            for_bias.then(|| make(dbias, weight.dims(), Format::RowMajor)).transpose()?,
        ])
    })
}
