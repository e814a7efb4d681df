//! Normalisation of the last dimension, with weights along it: layer norm (Ba, Kiros and Hinton, arXiv 1607.06450) and
//! RMS norm (Zhang and Sennrich, arXiv 1910.07467).

use candle_core::Tensor;

use super::{check, check_gradient, empty, empty_gradients, statistics_of};
use crate::error::Result;
use crate::kernels::normalization::{self as kernel, By, RowAffine, Rows};
use crate::ops::composed::normalization::{self as composed, Sets};
use crate::ops::storage::{Elements, Format, has_float_kernels, make, row_major};
use crate::{fail, floats};

/// What deviations are taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    Mean,
    /// RMS norm: the mean counts as 0.
    Zero,
}

fn sets_of(x: &Tensor, about: About) -> Result<Sets> {
    let Some((&last, others)) = x.dims().split_last() else {
        fail!("Normalising the last dimension takes at least one dimension");
    };
    Ok(Sets { shape: [others.iter().product(), 1, last, 1], over: [2, 3], about_zero: about == About::Zero })
}

/// `x [.., d] -> (y, statistics)` over the last dimension.
pub fn row_norm(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>, about: About, epsilon: f64) -> Result<[Tensor; 2]> {
    let sets = sets_of(x, about)?;
    let [count, _, last, _] = sets.shape;
    check(x, last, &[weight, bias.unwrap_or(weight)])?;
    let has_kernels = has_float_kernels(x, "Normalisation")?;
    if x.elem_count() == 0 {
        return empty(x, count);
    }
    if !has_kernels {
        return composed::forward(x, &sets, weight, bias, epsilon);
    }
    floats!(x, "normalisation", T => {
        let (dense, weight) = (row_major::<T>(x)?, row_major::<T>(weight)?);
        let bias = bias.map(row_major::<T>).transpose()?;
        let bias = bias.as_ref().map(Elements::<T>::of).transpose()?;
        let affine = RowAffine { weight: &Elements::<T>::of(&weight)?, bias: bias.as_deref() };
        let by = if sets.about_zero { By::Zero } else { By::Mean };
        let (y, statistics) = kernel::forward(&Elements::<T>::of(&dense)?, count, by, epsilon, &affine)?;
        Ok([make(y, x.dims(), Format::RowMajor)?, statistics_of(statistics)?])
    })
}

/// The gradients of [`row_norm`] for x, weight and bias.
pub fn row_norm_gradients(
    [x, dy]: [&Tensor; 2],
    weight: &Tensor,
    statistics: &Tensor,
    about: About,
    epsilon: f64,
    wanted: [bool; 3],
) -> Result<[Option<Tensor>; 3]> {
    let sets = sets_of(x, about)?;
    let [count, _, last, _] = sets.shape;
    check(x, last, &[weight])?;
    check_gradient(x, dy, statistics, count)?;
    let has_kernels = has_float_kernels(x, "Normalisation")?;
    if x.elem_count() == 0 {
        return empty_gradients(x, weight, wanted);
    }
    if !has_kernels {
        return composed::gradients(x, dy, &sets, weight, statistics, epsilon, wanted);
    }
    let [for_x, for_weight, for_bias] = wanted;
    floats!(x, "normalisation", T => {
        let (dense, dy, own) = (row_major::<T>(x)?, row_major::<T>(dy)?, row_major::<T>(weight)?);
        let statistics = row_major::<f64>(statistics)?;
        let (dense, dy, own) = (Elements::<T>::of(&dense)?, Elements::<T>::of(&dy)?, Elements::<T>::of(&own)?);
        let statistics = Elements::<f64>::of(&statistics)?;
        let rows =
            Rows { weight: &own, x: &dense, dy: &dy, statistics: &statistics, about_zero: sets.about_zero, epsilon };
        let along = |for_weight| make(kernel::columns_backward(rows, for_weight)?, weight.dims(), Format::RowMajor);
        Ok([
            for_x.then(|| make(kernel::rows_backward(rows)?, x.dims(), Format::RowMajor)).transpose()?,
            for_weight.then(|| along(true)).transpose()?,
            for_bias.then(|| along(false)).transpose()?,
        ])
    })
}
