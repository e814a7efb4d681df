//! 2-D convolution and what follows its result in the same call.

use candle_core::Tensor;

use super::convolution::{Parameters, check_operands, conv2d, output_shape, stored, with_operands};
use super::functions::Activation;
use super::normalization::{self, Pending};
use super::pointwise::function;
use super::pooling;
use super::storage::{Format, has_float_kernels, make};
use crate::error::Result;
use crate::kernels::convolution::winograd;
use crate::kernels::epilogue::Epilogue;
use crate::kernels::follow::InPlace;
use crate::kernels::normalization::with_statistics;
use crate::kernels::pooling::{with_average, with_maximum};
use crate::{activation, floats};

/// An activation function of what `conv2d` gives.
pub fn conv2d_activation(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    parameters: &Parameters,
    activation: Activation,
) -> Result<Tensor> {
    let geometry = parameters.geometry(x.dims(), weight.dims())?;
    check_operands(&geometry, x, weight, bias)?;
    if !has_float_kernels(x, "conv2d")? {
        let y = conv2d(x, weight, bias, parameters, None, false, None)?;
        return activation!(activation, f => function(f, [&y]));
    }
    floats!(x, "conv2d", T => activation!(activation, f => {
        let y = stored::<T>(&geometry, x, None, weight, bias, Epilogue::Identity, Some(&InPlace(f)))?;
        make(y, &output_shape(&geometry), Format::BatchInnermost)
    }))
}

/// `(y, statistics)`: what `conv2d` gives, and the means and variances `[2, o]` of its channels for a batch norm.
pub fn conv2d_statistics(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    parameters: &Parameters,
    pending: Option<Pending>,
) -> Result<[Tensor; 2]> {
    let geometry = parameters.geometry(x.dims(), weight.dims())?;
    check_operands(&geometry, x, weight, bias)?;
    pending.map(|pending| pending.check(x)).transpose()?;
    let shape = output_shape(&geometry);
    if !has_float_kernels(x, "conv2d")? || shape.contains(&0) {
        let y = conv2d(x, weight, bias, parameters, None, false, pending)?;
        let statistics = normalization::batch_statistics(&y)?;
        return Ok([y, statistics]);
    }
    floats!(x, "conv2d", T => {
        let of_channels = [shape[1], shape[0] * shape[2] * shape[3]];
        let (y, statistics) = with_statistics(of_channels, |follow| {
            stored::<T>(&geometry, x, pending, weight, bias, Epilogue::Identity, Some(follow))
        })?;
        let statistics = make(statistics, &[2, shape[1]], Format::RowMajor)?;
        Ok([make(y, &shape, Format::BatchInnermost)?, statistics])
    })
}

/// `avg_pool2d` of what `conv2d` gives.
pub fn conv2d_avg_pool2d(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    parameters: &Parameters,
    relu: bool,
    pooling: &pooling::Parameters,
) -> Result<Tensor> {
    let geometry = parameters.geometry(x.dims(), weight.dims())?;
    check_operands(&geometry, x, weight, bias)?;
    let windows = pooling.windows(&output_shape(&geometry))?;
    if !has_float_kernels(x, "conv2d")? || !windows.rows_lie_apart() {
        return pooling::avg_pool2d(&conv2d(x, weight, bias, parameters, None, relu, None)?, pooling);
    }
    floats!(x, "conv2d", T => {
        let y = with_average::<T>(&windows, |follow| {
            stored::<T>(&geometry, x, None, weight, bias, Epilogue::relu_if(relu), Some(follow))
        })?;
        make(y, &pooling::output_shape(&windows), Format::BatchInnermost)
    })
}

/// `max_pool2d` of what `conv2d` gives: in one pass where a tile of the convolution is a window of the pooling.
pub fn conv2d_max_pool2d(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    parameters: &Parameters,
    relu: bool,
    pooling: &pooling::Parameters,
) -> Result<(Tensor, Tensor)> {
    let geometry = parameters.geometry(x.dims(), weight.dims())?;
    check_operands(&geometry, x, weight, bias)?;
    let windows = pooling.windows(&output_shape(&geometry))?;
    let has_kernels = has_float_kernels(x, "conv2d")?;
    if has_kernels && winograd::suits(&geometry) && pooling.halves() {
        let shape = pooling::output_shape(&windows);
        return floats!(x, "conv2d", T => {
            let (y, argmax) = with_operands::<T, _>(x, weight, bias, |x, weight, bias| {
                winograd::forward_pooled(&geometry, x, weight, bias, relu)
            })?;
            Ok((make(y, &shape, Format::BatchInnermost)?, make(argmax, &shape, Format::BatchInnermost)?))
        });
    }
    if !has_kernels || !windows.rows_lie_apart() {
        return pooling::max_pool2d(&conv2d(x, weight, bias, parameters, None, relu, None)?, pooling);
    }
    floats!(x, "conv2d", T => {
        let (y, argmax) = with_maximum::<T>(&windows, |follow| {
            stored::<T>(&geometry, x, None, weight, bias, Epilogue::relu_if(relu), Some(follow))
        })?;
        let tensor = |numbers| make(numbers, &pooling::output_shape(&windows), Format::BatchInnermost);
        Ok((tensor(y)?, tensor(argmax)?))
    })
}
