//! Batch norm joined with the max-pooling that follows it.

use candle_core::Tensor;

use super::channels::{batch_norm, batch_norm_gradients, batch_plan, check_known, wanted_of};
use super::{check, check_gradient, statistics_of};
use crate::error::Result;
use crate::floats;
use crate::kernels::normalization::{self as kernel, Affine, Backward, By, Halves, Incoming, Windows};
use crate::kernels::pointwise::ReluGradient;
use crate::ops::pointwise::function;
use crate::ops::pooling;
use crate::ops::storage::{Elements, Format, batch_innermost, has_float_kernels, make, row_major};

/// Fewer images than these do not fill a vector: batch norm and pooling then run one after the other.
const FEWEST_IMAGES: usize = 8;

/// What is pooled, if batch norm and pooling are one kernel for it.
fn halves(x: &Tensor, pooling: &pooling::Parameters) -> Result<Option<Halves>> {
    let &[images, _, rows, columns] = x.dims() else { return Ok(None) };
    let suits = pooling.halves() && images >= FEWEST_IMAGES && rows >= 2 && columns >= 2 && x.elem_count() > 0;
    Ok((has_float_kernels(x, "Normalisation")? && suits).then_some(Halves { rows, columns, images }))
}

/// `(y, statistics, argmax)`: `max_pool2d` of what `batch_norm` gives.
pub fn batch_norm_max_pool2d(
    x: &Tensor,
    weight: &Tensor,
    bias: &Tensor,
    epsilon: f64,
    relu: bool,
    pooling: &pooling::Parameters,
    known: Option<&Tensor>,
) -> Result<[Tensor; 3]> {
    let Some(halves) = halves(x, pooling)? else {
        let [y, statistics] = batch_norm(x, weight, bias, epsilon, None, relu, known)?;
        let (y, argmax) = pooling::max_pool2d(&y, pooling)?;
        return Ok([y, statistics, argmax]);
    };
    let channels = batch_plan(x)?.channels;
    check(x, channels.channels, &[weight, bias])?;
    check_known(channels.sets, known)?;
    let shape = [halves.images, channels.channels, halves.rows / 2, halves.columns / 2];
    floats!(x, "normalisation", T => {
        let (dense, weight, bias) = (batch_innermost::<T>(x)?, row_major::<T>(weight)?, row_major::<T>(bias)?);
        let (weight, bias) = (Elements::<T>::of(&weight)?, Elements::<T>::of(&bias)?);
        let affine = Affine { channels, weight: &weight, bias: &bias, added: None, relu };
        let known = known.map(row_major::<f64>).transpose()?;
        let known = known.as_ref().map(Elements::<f64>::of).transpose()?;
        let by = known.as_deref().map_or(By::Mean, By::Known);
        let (y, argmax, statistics) = kernel::forward_pooled(&Elements::<T>::of(&dense)?, affine, halves, by, epsilon)?;
        let place = |numbers| make(numbers, &shape, Format::BatchInnermost);
        Ok([place(y)?, statistics_of(statistics)?, place(argmax)?])
    })
}

/// The gradients of [`batch_norm_max_pool2d`] for x, weight and bias; `value` is the maximum where a ReLU came before
/// the pooling.
pub fn batch_norm_max_pool2d_gradients(
    [x, dy, argmax]: [&Tensor; 3],
    value: Option<&Tensor>,
    weight: &Tensor,
    statistics: &Tensor,
    epsilon: f64,
    pooling: &pooling::Parameters,
    wanted: [bool; 3],
) -> Result<[Option<Tensor>; 3]> {
    let Some(halves) = halves(x, pooling)? else {
        let dy = pooling::max_pool2d_gradient(dy, argmax, x.dims(), pooling, value)?;
        return batch_norm_gradients([x, &dy], weight, None, statistics, epsilon, wanted);
    };
    let plan = batch_plan(x)?;
    let channels = plan.channels;
    pooling.check_gradient(x.dims(), &[dy, argmax, value.unwrap_or(dy)])?;
    check(x, channels.channels, &[weight])?;
    check_gradient(x, x, statistics, channels.sets)?;
    // A window takes no gradient where a ReLU gave its maximum, 0.
    let dy = value.map_or(Ok(dy.clone()), |value| function(ReluGradient, [value, dy]))?;
    floats!(x, "normalisation", T => {
        let [dense, dy, argmax] = [batch_innermost::<T>(x)?, batch_innermost::<T>(&dy)?, batch_innermost::<T>(argmax)?];
        let (dense, dy, argmax) = (Elements::<T>::of(&dense)?, Elements::<T>::of(&dy)?, Elements::<T>::of(&argmax)?);
        let (own, statistics) = (row_major::<T>(weight)?, row_major::<f64>(statistics)?);
        let (own, statistics) = (Elements::<T>::of(&own)?, Elements::<f64>::of(&statistics)?);
        let affine = Affine { channels, weight: &own, bias: &own, added: None, relu: false };
        let dy = Incoming::Pooled(Windows { halves, dy: &dy, argmax: &argmax });
        let of = Backward { affine, x: &dense, dy, statistics: &statistics, epsilon };
        wanted_of(kernel::channels_backward(of, wanted[0])?, x, weight, plan.format, wanted)
    })
}
