//! Normalisation with a weight and a bias for each channel: batch norm (Ioffe and Szegedy, arXiv 1502.03167) and group
//! norm (Wu and He, arXiv 1803.08494).

use candle_core::{DType, Tensor, WithDType};

use super::{check, check_gradient, empty, empty_gradients, statistics_of};
use crate::error::Result;
use crate::kernels::buffer::room;
use crate::kernels::normalization::{
    self as kernel, Affine, Backward, By, Channels, GroupsBackward, Incoming, Pending, Statistics,
};
use crate::kernels::pointwise::{Relu, ReluGradient};
use crate::ops::composed::normalization::{self as composed, Sets};
use crate::ops::pointwise::function;
use crate::ops::shape::copy;
use crate::ops::storage::{Elements, Format, format_of, has_float_kernels, in_format, make, row_major};
use crate::{fail, floats};

/// What is normalised together, and in which format.
pub(super) struct Plan {
    pub(super) channels: Channels,
    pub(super) format: Format,
    /// Whether a set's terms lie side by side in this format; else neighbours are of neighbouring images.
    side_by_side: bool,
    pub(super) sets: Sets,
}

pub(super) fn batch_plan(x: &Tensor) -> Result<Plan> {
    if x.rank() != 2 && x.rank() != 4 {
        fail!("Batch normalisation takes [n, c] or [n, c, h, w], not {:?}", x.dims());
    }
    let (images, channels) = (x.dims()[0], x.dims()[1]);
    let pixels: usize = x.dims()[2..].iter().product();
    Ok(Plan {
        channels: Channels { sets: channels, runs: 1, terms: pixels * images, channels },
        format: Format::BatchInnermost,
        side_by_side: true,
        sets: Sets { shape: [images, channels, 1, pixels], over: [0, 3], about_zero: false },
    })
}

/// Fewer images innermost would leave lanes idle.
const FEWEST_IMAGES: usize = 8;

fn group_plan(x: &Tensor, groups: usize) -> Result<Plan> {
    if x.rank() < 2 {
        fail!("Group normalisation takes [n, c, ..], not {:?}", x.dims());
    }
    let (images, channels) = (x.dims()[0], x.dims()[1]);
    if groups == 0 || !channels.is_multiple_of(groups) {
        fail!("Group normalisation: {groups} groups do not divide the {channels} channels of {:?}", x.dims());
    }
    let pixels: usize = x.dims()[2..].iter().product();
    let runs = channels / groups;
    let side_by_side = images < FEWEST_IMAGES || format_of(x) != Some(Format::BatchInnermost);
    Ok(Plan {
        channels: Channels { sets: images * groups, runs, terms: pixels, channels },
        format: if side_by_side { Format::RowMajor } else { Format::BatchInnermost },
        side_by_side,
        sets: Sets { shape: [images, groups, runs, pixels], over: [2, 3], about_zero: false },
    })
}

fn forward(
    x: &Tensor,
    plan: &Plan,
    weight: &Tensor,
    bias: &Tensor,
    epsilon: f64,
    added: Option<&Tensor>,
    relu: bool,
    known: Option<&Tensor>,
) -> Result<[Tensor; 2]> {
    let channels = plan.channels;
    check(x, channels.channels, &[weight, bias])?;
    check_alike(x, added)?;
    check_known(channels.sets, known)?;
    let has_kernels = has_float_kernels(x, "Normalisation")?;
    if x.elem_count() == 0 {
        return empty(x, channels.sets);
    }
    if !has_kernels {
        let [y, statistics] = match known {
            Some(known) => [composed::apply(x, &plan.sets, weight, Some(bias), known, epsilon)?, known.clone()],
            None => composed::forward(x, &plan.sets, weight, Some(bias), epsilon)?,
        };
        let y = added.map_or(Ok(y.clone()), |added| &y + added)?;
        return Ok([if relu { function(Relu, [&y])? } else { y }, statistics]);
    }
    floats!(x, "normalisation", T => {
        let dense = in_format::<T>(x, plan.format)?;
        let (weight, bias) = (row_major::<T>(weight)?, row_major::<T>(bias)?);
        let (weight, bias) = (Elements::<T>::of(&weight)?, Elements::<T>::of(&bias)?);
        let added = added.map(|added| in_format::<T>(added, plan.format)).transpose()?;
        let added = added.as_ref().map(Elements::<T>::of).transpose()?;
        let affine = Affine { channels, weight: &weight, bias: &bias, added: added.as_deref(), relu };
        let dense = Elements::<T>::of(&dense)?;
        let (y, statistics) = if plan.side_by_side {
            let known = known.map(row_major::<f64>).transpose()?;
            let known = known.as_ref().map(Elements::<f64>::of).transpose()?;
            kernel::forward(&dense, channels.sets, known.as_deref().map_or(By::Mean, By::Known), epsilon, &affine)?
        } else {
            kernel::groups_forward(&dense, epsilon, affine)?
        };
        Ok([make(y, x.dims(), plan.format)?, statistics_of(statistics)?])
    })
}

/// `relu`: the bias, where a ReLU followed.
fn gradients(
    x: &Tensor,
    dy: &Tensor,
    plan: &Plan,
    weight: &Tensor,
    relu: Option<&Tensor>,
    statistics: &Tensor,
    epsilon: f64,
    wanted: [bool; 3],
) -> Result<[Option<Tensor>; 3]> {
    let channels = plan.channels;
    check(x, channels.channels, &[weight, relu.unwrap_or(weight)])?;
    check_gradient(x, dy, statistics, channels.sets)?;
    let has_kernels = has_float_kernels(x, "Normalisation")?;
    if x.elem_count() == 0 {
        return empty_gradients(x, weight, wanted);
    }
    if !has_kernels {
        let dy = match relu {
            Some(bias) => {
                function(ReluGradient, [&composed::apply(x, &plan.sets, weight, Some(bias), statistics, epsilon)?, dy])?
            }
            None => dy.clone(),
        };
        return composed::gradients(x, &dy, &plan.sets, weight, statistics, epsilon, wanted);
    }
    let [for_x, ..] = wanted;
    floats!(x, "normalisation", T => {
        let (dense, dy) = (in_format::<T>(x, plan.format)?, in_format::<T>(dy, plan.format)?);
        let (own, bias) = (row_major::<T>(weight)?, row_major::<T>(relu.unwrap_or(weight))?);
        let (own, bias) = (Elements::<T>::of(&own)?, Elements::<T>::of(&bias)?);
        let statistics = row_major::<f64>(statistics)?;
        let (dense, dy, statistics) = (Elements::<T>::of(&dense)?, Elements::<T>::of(&dy)?, Elements::<f64>::of(&statistics)?);
        let affine = Affine { channels, weight: &own, bias: &bias, added: None, relu: relu.is_some() };
        let gradients = if plan.side_by_side {
            let dy = Incoming::Whole(&dy);
            kernel::channels_backward(Backward { affine, x: &dense, dy, statistics: &statistics, epsilon }, for_x)?
        } else {
            kernel::groups_backward(GroupsBackward { affine, x: &dense, dy: &dy, statistics: &statistics, epsilon }, for_x)?
        };
        wanted_of(gradients, x, weight, plan.format, wanted)
    })
}

/// The gradients for x, weight and bias that are wanted.
pub(super) fn wanted_of<T: WithDType>(
    (dx, dweight, dbias): (Vec<T>, Vec<T>, Vec<T>),
    x: &Tensor,
    weight: &Tensor,
    format: Format,
    [for_x, for_weight, for_bias]: [bool; 3],
) -> Result<[Option<Tensor>; 3]> {
    Ok([
        for_x.then(|| make(dx, x.dims(), format)).transpose()?,
        for_weight.then(|| make(dweight, weight.dims(), Format::RowMajor)).transpose()?,
        for_bias.then(|| make(dbias, weight.dims(), Format::RowMajor)).transpose()?,
    ])
}

fn check_alike(x: &Tensor, added: Option<&Tensor>) -> Result<()> {
    match added {
        Some(added) if added.dims() != x.dims() || added.dtype() != x.dtype() => {
            fail!("Normalising {:?} adds a tensor of its type and shape, not {:?}", x.dims(), added.dims())
        }
        _ => Ok(()),
    }
}

pub(super) fn check_known(sets: usize, known: Option<&Tensor>) -> Result<()> {
    match known {
        Some(known) if known.dims() != [2, sets] || known.dtype() != DType::F64 => {
            fail!("Normalisation takes f64 statistics [2, {sets}], not {} {:?}", known.dtype().as_str(), known.dims())
        }
        _ => Ok(()),
    }
}

/// `x [n, c] or [n, c, h, w] -> (y, statistics)` by the batch's own statistics, which may be known; perhaps with a tensor
/// of x's shape added, then perhaps with a ReLU.
pub fn batch_norm(
    x: &Tensor,
    weight: &Tensor,
    bias: &Tensor,
    epsilon: f64,
    added: Option<&Tensor>,
    relu: bool,
    known: Option<&Tensor>,
) -> Result<[Tensor; 2]> {
    forward(x, &batch_plan(x)?, weight, bias, epsilon, added, relu, known)
}

/// The means and variances `[2, c]` of `x [n, c, ..]` that [`batch_norm`] takes.
pub fn batch_statistics(x: &Tensor) -> Result<Tensor> {
    let plan = batch_plan(x)?;
    if x.elem_count() == 0 { statistics_of(vec![0.0; 2 * plan.channels.sets]) } else { composed::statistics(x, &plan.sets) }
}

/// The gradients of [`batch_norm`] for x, weight and bias; `relu` is the bias where a ReLU followed.
pub fn batch_norm_gradients(
    [x, dy]: [&Tensor; 2],
    weight: &Tensor,
    relu: Option<&Tensor>,
    statistics: &Tensor,
    epsilon: f64,
    wanted: [bool; 3],
) -> Result<[Option<Tensor>; 3]> {
    gradients(x, dy, &batch_plan(x)?, weight, relu, statistics, epsilon, wanted)
}

/// Batch normalisation by given statistics.
pub fn batch_norm_inference(
    x: &Tensor,
    weight: &Tensor,
    bias: &Tensor,
    [mean, variance]: [&Tensor; 2],
    epsilon: f64,
    relu: bool,
) -> Result<Tensor> {
    let Plan { channels, format, sets, .. } = batch_plan(x)?;
    check(x, channels.channels, &[weight, bias, mean, variance])?;
    let has_kernels = has_float_kernels(x, "Normalisation")?;
    if x.elem_count() == 0 {
        return copy(x);
    }
    if !has_kernels {
        let y = composed::inference(x, &sets, weight, bias, [mean, variance], epsilon)?;
        return if relu { function(Relu, [&y]) } else { Ok(y) };
    }
    floats!(x, "normalisation", T => {
        let dense = in_format::<T>(x, format)?;
        let parameters = [row_major::<T>(weight)?, row_major::<T>(bias)?, row_major::<T>(mean)?, row_major::<T>(variance)?];
        let numbers = parameters.iter().map(Elements::<T>::of).collect::<Result<Vec<_>>>()?;
        let mut scales = room(channels.channels)?;
        scales.extend((0..channels.channels).map(|c| {
            let statistics = Statistics { mean: numbers[2][c].to_f64(), variance: numbers[3][c].to_f64() };
            kernel::scale_and_shift(numbers[0][c], numbers[1][c], statistics, epsilon)
        }));
        let pending = Pending { numbers: &scales, relu };
        make(kernel::apply(&Elements::<T>::of(&dense)?, pending)?, x.dims(), format)
    })
}

/// `x [n, c, ..] -> (y, statistics)` by the statistics of each image's groups of channels, perhaps with a ReLU.
pub fn group_norm(x: &Tensor, groups: usize, weight: &Tensor, bias: &Tensor, epsilon: f64, relu: bool) -> Result<[Tensor; 2]> {
    forward(x, &group_plan(x, groups)?, weight, bias, epsilon, None, relu, None)
}

/// The gradients of [`group_norm`] for x, weight and bias; `relu` is the bias where a ReLU followed.
pub fn group_norm_gradients(
    [x, dy]: [&Tensor; 2],
    groups: usize,
    weight: &Tensor,
    relu: Option<&Tensor>,
    statistics: &Tensor,
    epsilon: f64,
    wanted: [bool; 3],
) -> Result<[Option<Tensor>; 3]> {
    gradients(x, dy, &group_plan(x, groups)?, weight, relu, statistics, epsilon, wanted)
}
