//! A batch normalisation that is pending: what reads its images applies it.

use candle_core::{DType, Tensor, WithDType};

use super::channels::{batch_plan, check_known};
use super::{check, statistics_of};
use crate::error::Result;
use crate::kernels::buffer::room;
use crate::kernels::normalization::{self as kernel, Affine, Statistics};
use crate::kernels::pointwise::Relu;
use crate::kernels::vector::Float;
use crate::ops::composed::normalization as composed;
use crate::ops::pointwise::function;
use crate::ops::storage::{Elements, batch_innermost, has_float_kernels};
use crate::{fail, floats};

/// Images are read as `(x - centre) scale + shift` of their channel, rounded twice, then perhaps through a ReLU.
#[derive(Clone, Copy)]
pub struct Pending<'a> {
    /// Centres, scales and shifts `[3, c]`, of the images' type.
    pub numbers: &'a Tensor,
    pub relu: bool,
}

impl Pending<'_> {
    /// Refuses numbers that do not belong to x `[n, c, h, w]`.
    pub fn check(&self, x: &Tensor) -> Result<()> {
        if x.rank() != 4 || self.numbers.dims() != [3, x.dims()[1]] || self.numbers.dtype() != x.dtype() {
            fail!("A pending normalisation of {:?} takes numbers [3, c] of its type, not {:?}", x.dims(), self.numbers.dims());
        }
        Ok(())
    }

    /// Calls `function` with what kernels apply, if something is pending.
    pub fn in_kernels<T: Float, R>(
        pending: Option<Self>,
        function: impl FnOnce(Option<kernel::Pending<T>>) -> Result<R>,
    ) -> Result<R> {
        let Some(Self { numbers, relu }) = pending else { return function(None) };
        let numbers = read::<T>(numbers)?;
        let channels = numbers.len() / 3;
        let numbers: Vec<_> = (0..channels).map(|c| [0, 1, 2].map(|which| numbers[which * channels + c])).collect();
        function(Some(kernel::Pending { numbers: &numbers, relu }))
    }

    /// The normalised images, by candle's operations.
    pub fn composed(&self, x: &Tensor) -> Result<Tensor> {
        let along = |which| -> Result<Tensor> { Ok(self.numbers.narrow(0, which, 1)?.contiguous()?.reshape((1, (), 1, 1))?) };
        let y = x.broadcast_sub(&along(0)?)?.broadcast_mul(&along(1)?)?.broadcast_add(&along(2)?)?;
        if self.relu { function(Relu, [&y]) } else { Ok(y) }
    }
}

/// `(numbers [3, c], statistics [2, c])` with which `batch_norm` of images x is pending, by the batch's own statistics, which
/// may be known.
pub fn batch_norm_pending(
    x: &Tensor,
    weight: &Tensor,
    bias: &Tensor,
    epsilon: f64,
    known: Option<&Tensor>,
) -> Result<[Tensor; 2]> {
    let plan = batch_plan(x)?;
    let channels = plan.channels;
    check(x, channels.channels, &[weight, bias])?;
    check_known(channels.sets, known)?;
    if x.elem_count() == 0 {
        fail!("Cannot normalise {:?} over the batch: it has no values", x.dims());
    }
    let has_kernels = has_float_kernels(x, "Normalisation")?;
    floats!(x, "normalisation", T => {
        let statistics = match known {
            Some(known) => known.clone(),
            None if has_kernels => {
                let dense = batch_innermost::<T>(x)?;
                statistics_of(kernel::statistics(&Elements::<T>::of(&dense)?, channels.sets)?)?
            }
            None => composed::statistics(x, &plan.sets)?,
        };
        let numbers = numbers_of::<T>(weight, bias, &statistics, |affine, channel, of| affine.numbers(channel, of, epsilon))?;
        Ok([numbers, statistics])
    })
}

/// The numbers `[3, c]` with which `batch_norm_inference` is pending.
pub fn batch_norm_inference_pending(
    weight: &Tensor,
    bias: &Tensor,
    [mean, variance]: [&Tensor; 2],
    epsilon: f64,
) -> Result<Tensor> {
    check(weight, weight.elem_count(), &[bias, mean, variance])?;
    let of_channels = |numbers: &Tensor| -> Result<Tensor> { Ok(numbers.to_dtype(DType::F64)?.flatten_all()?) };
    let statistics = Tensor::stack(&[of_channels(mean)?, of_channels(variance)?], 0)?;
    floats!(weight, "normalisation", T => {
        numbers_of::<T>(weight, bias, &statistics, |affine, channel, of| {
            kernel::scale_and_shift(affine.weight[channel], affine.bias[channel], of, epsilon)
        })
    })
}

fn numbers_of<T: Float + WithDType>(
    weight: &Tensor,
    bias: &Tensor,
    statistics: &Tensor,
    of_channel: impl Fn(&Affine<T>, usize, Statistics) -> [T; 3],
) -> Result<Tensor> {
    let device = weight.device();
    let (weight, bias, statistics) = (read::<T>(weight)?, read::<T>(bias)?, read::<f64>(statistics)?);
    let count = weight.len();
    let channels = kernel::Channels { sets: count, runs: 1, terms: 0, channels: count };
    let affine = Affine { channels, weight: &weight, bias: &bias, added: None, relu: false };
    let mut numbers = room(3 * count)?;
    numbers.resize(3 * count, T::ZERO);
    for channel in 0..count {
        let of = Statistics { mean: statistics[channel], variance: statistics[count + channel] };
        for (which, number) in of_channel(&affine, channel, of).into_iter().enumerate() {
            numbers[which * count + channel] = number;
        }
    }
    Ok(Tensor::from_vec(numbers, (3, count), device)?)
}

fn read<T: WithDType>(tensor: &Tensor) -> Result<Vec<T>> {
    Ok(tensor.contiguous()?.flatten_all()?.to_vec1()?)
}
