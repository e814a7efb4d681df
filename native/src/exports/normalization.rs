//! Normalisation. Each forward pass writes two handles: y, and the statistics of what was normalised together, means
//! and biased variances f64 `[2, sets]`. `which` has a bit for each of x, weight and bias that wants a gradient; the
//! others' handles are 0.

use candle_core::Tensor;

use super::arguments::{put_all, put_wanted, wants};
use super::pooling;
use crate::error::Result;
use crate::exports;
use crate::handles::{Handle, get, get_optional, put};
use crate::ops::normalization::{self as ops, About};

/// Moves the running mean and variance where both are tensors.
fn follow(running: [Handle; 2], x: &Tensor, statistics: &Tensor, momentum: f64) -> Result<()> {
    match (get_optional(running[0])?, get_optional(running[1])?) {
        (Some(mean), Some(variance)) => {
            ops::follow([&mean, &variance], statistics, momentum, x.elem_count() / x.dims()[1].max(1))
        }
        _ => Ok(()),
    }
}

exports! { EXPORTS:
    /// By the batch's own statistics, which `known` has unless it is 0; with `added`, 0 or a tensor, `y + added`; with `relu` max(y, 0) of it. The running
    /// statistics, 0 or tensors, are moved in place.
    fn batch_norm(x: Handle, weight: Handle, bias: Handle, running_mean: Handle, running_variance: Handle, momentum: f64, epsilon: f64, added: Handle, relu: u32, known: Handle, out: &mut [f64]) -> Status {
        let x = get(x)?;
        let (added, known) = (get_optional(added)?, get_optional(known)?);
        let results = ops::batch_norm(&x, &get(weight)?, &get(bias)?, epsilon, added.as_ref(), relu != 0, known.as_ref())?;
        follow([running_mean, running_variance], &x, &results[1], momentum)?;
        put_all(results, out)
    }
    /// Writes two handles: the numbers [3, c] with which batch_norm of x is pending for conv2d, and the statistics; the
    /// running statistics are moved as batch_norm moves them.
    fn batch_norm_pending(x: Handle, weight: Handle, bias: Handle, running_mean: Handle, running_variance: Handle, momentum: f64, epsilon: f64, known: Handle, out: &mut [f64]) -> Status {
        let (x, known) = (get(x)?, get_optional(known)?);
        let results = ops::batch_norm_pending(&x, &get(weight)?, &get(bias)?, epsilon, known.as_ref())?;
        follow([running_mean, running_variance], &x, &results[1], momentum)?;
        put_all(results, out)
    }
    /// The numbers [3, c] with which batch_norm_inference is pending for conv2d.
    fn batch_norm_inference_pending(weight: Handle, bias: Handle, mean: Handle, variance: Handle, epsilon: f64) -> Handle {
        put(ops::batch_norm_inference_pending(&get(weight)?, &get(bias)?, [&get(mean)?, &get(variance)?], epsilon)?)
    }
    /// As batch_norm, through max_pool2d with the parameters `pooling`: writes the argmax as a third handle.
    fn batch_norm_max_pool2d(x: Handle, weight: Handle, bias: Handle, running_mean: Handle, running_variance: Handle, momentum: f64, epsilon: f64, relu: u32, pooling: &[u32], known: Handle, out: &mut [f64]) -> Status {
        let x = get(x)?;
        let (pooling, known) = (pooling::parameters(pooling)?, get_optional(known)?);
        let results = ops::batch_norm_max_pool2d(&x, &get(weight)?, &get(bias)?, epsilon, relu != 0, &pooling, known.as_ref())?;
        follow([running_mean, running_variance], &x, &results[1], momentum)?;
        put_all(results, out)
    }
    /// Writes three handles. `value`: 0, or the maximum where a ReLU came before the pooling.
    fn batch_norm_max_pool2d_gradients(x: Handle, dy: Handle, argmax: Handle, value: Handle, weight: Handle, statistics: Handle, epsilon: f64, pooling: &[u32], which: u32, out: &mut [f64]) -> Status {
        put_wanted(ops::batch_norm_max_pool2d_gradients([&get(x)?, &get(dy)?, &get(argmax)?], get_optional(value)?.as_ref(), &get(weight)?, &get(statistics)?, epsilon, &pooling::parameters(pooling)?, wants(which))?, out)
    }
    /// Writes two handles: the weight `[o, ..]` and the bias `[o]` of a layer after which a batch normalisation by given
    /// statistics follows, so that the layer gives what the normalisation gives. `bias`: 0, or the layer's.
    fn fold_batch_norm(layer_weight: Handle, layer_bias: Handle, weight: Handle, bias: Handle, mean: Handle, variance: Handle, epsilon: f64, out: &mut [f64]) -> Status {
        let normalization = [get(weight)?, get(bias)?, get(mean)?, get(variance)?];
        put_all(ops::fold(&get(layer_weight)?, get_optional(layer_bias)?.as_ref(), normalization.each_ref(), epsilon)?, out)
    }
    /// Writes three handles. `relu`: 0, or the bias where a ReLU followed.
    fn batch_norm_gradients(x: Handle, dy: Handle, weight: Handle, relu: Handle, statistics: Handle, epsilon: f64, which: u32, out: &mut [f64]) -> Status {
        put_wanted(ops::batch_norm_gradients([&get(x)?, &get(dy)?], &get(weight)?, get_optional(relu)?.as_ref(), &get(statistics)?, epsilon, wants(which))?, out)
    }
    /// Batch normalisation by given statistics; with `relu` max(y, 0).
    fn batch_norm_inference(x: Handle, weight: Handle, bias: Handle, mean: Handle, variance: Handle, epsilon: f64, relu: u32) -> Handle {
        put(ops::batch_norm_inference(&get(x)?, &get(weight)?, &get(bias)?, [&get(mean)?, &get(variance)?], epsilon, relu != 0)?)
    }
    /// By the statistics of each image's groups of channels; with `relu` max(y, 0).
    fn group_norm(x: Handle, groups: u32, weight: Handle, bias: Handle, epsilon: f64, relu: u32, out: &mut [f64]) -> Status {
        put_all(ops::group_norm(&get(x)?, groups as usize, &get(weight)?, &get(bias)?, epsilon, relu != 0)?, out)
    }
    /// Writes three handles. `relu`: 0, or the bias where a ReLU followed.
    fn group_norm_gradients(x: Handle, dy: Handle, groups: u32, weight: Handle, relu: Handle, statistics: Handle, epsilon: f64, which: u32, out: &mut [f64]) -> Status {
        put_wanted(ops::group_norm_gradients([&get(x)?, &get(dy)?], groups as usize, &get(weight)?, get_optional(relu)?.as_ref(), &get(statistics)?, epsilon, wants(which))?, out)
    }
    /// Over the last dimension.
    fn layer_norm(x: Handle, weight: Handle, bias: Handle, epsilon: f64, out: &mut [f64]) -> Status {
        put_all(ops::row_norm(&get(x)?, &get(weight)?, Some(&get(bias)?), About::Mean, epsilon)?, out)
    }
    /// Writes three handles.
    fn layer_norm_gradients(x: Handle, dy: Handle, weight: Handle, statistics: Handle, epsilon: f64, which: u32, out: &mut [f64]) -> Status {
        put_wanted(ops::row_norm_gradients([&get(x)?, &get(dy)?], &get(weight)?, &get(statistics)?, About::Mean, epsilon, wants(which))?, out)
    }
    /// Over the channels, at each pixel.
    fn layer_norm_2d(x: Handle, weight: Handle, bias: Handle, epsilon: f64, out: &mut [f64]) -> Status {
        put_all(ops::pixel_norm(&get(x)?, &get(weight)?, &get(bias)?, epsilon)?, out)
    }
    /// Writes three handles.
    fn layer_norm_2d_gradients(x: Handle, dy: Handle, weight: Handle, statistics: Handle, epsilon: f64, which: u32, out: &mut [f64]) -> Status {
        put_wanted(ops::pixel_norm_gradients([&get(x)?, &get(dy)?], &get(weight)?, &get(statistics)?, epsilon, wants(which))?, out)
    }
    /// Over the last dimension, by the root of the mean of squares; the statistics' means are 0.
    fn rms_norm(x: Handle, weight: Handle, epsilon: f64, out: &mut [f64]) -> Status {
        put_all(ops::row_norm(&get(x)?, &get(weight)?, None, About::Zero, epsilon)?, out)
    }
    /// Writes three handles.
    fn rms_norm_gradients(x: Handle, dy: Handle, weight: Handle, statistics: Handle, epsilon: f64, which: u32, out: &mut [f64]) -> Status {
        put_wanted(ops::row_norm_gradients([&get(x)?, &get(dy)?], &get(weight)?, &get(statistics)?, About::Zero, epsilon, wants(which))?, out)
    }
}
