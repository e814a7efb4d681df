//! Batch and layer normalisation.

use super::arguments::put_all;
use crate::exports;
use crate::handles::{Handle, get, put};
use crate::ops::normalization as ops;
use crate::ops::optimizer::assign;

exports! { EXPORTS:
    /// Writes three handles: y, the batch's mean `[c]` and 1 / deviation `[c]`.
    fn batch_norm(x: Handle, weight: Handle, bias: Handle, epsilon: f64, out: &mut [f64]) -> Status {
        put_all(ops::batch_norm(&get(x)?, &get(weight)?, &get(bias)?, epsilon)?, out)
    }
    /// Batch normalisation by given statistics.
    fn batch_norm_inference(x: Handle, weight: Handle, bias: Handle, mean: Handle, variance: Handle, epsilon: f64) -> Handle {
        put(ops::batch_norm_inference(&get(x)?, &get(weight)?, &get(bias)?, &get(mean)?, &get(variance)?, epsilon)?)
    }
    /// Writes three handles: the gradients for x, weight and bias.
    fn batch_norm_gradient(x: Handle, dy: Handle, weight: Handle, mean: Handle, inverse: Handle, out: &mut [f64]) -> Status {
        put_all(ops::batch_norm_gradient(&get(x)?, &get(dy)?, &get(weight)?, &get(mean)?, &get(inverse)?)?, out)
    }
    /// Moves the running statistics, in place, towards the statistics of a batch of `count` values a channel.
    fn batch_norm_update(running_mean: Handle, running_variance: Handle, mean: Handle, inverse: Handle, epsilon: f64, momentum: f64, count: u32) -> Status {
        let (running_mean, running_variance) = (get(running_mean)?, get(running_variance)?);
        let [mean, variance] = ops::batch_norm_update([&running_mean, &running_variance], &get(mean)?, &get(inverse)?, epsilon, momentum, count as usize)?;
        assign(&running_mean, &mean)?;
        assign(&running_variance, &variance)
    }
    /// Writes three handles: y, mean and 1 / deviation over the last dimension.
    fn layer_norm(x: Handle, weight: Handle, bias: Handle, epsilon: f64, out: &mut [f64]) -> Status {
        put_all(ops::layer_norm(&get(x)?, &get(weight)?, &get(bias)?, epsilon)?, out)
    }
    /// Writes three handles: the gradients for x, weight and bias.
    fn layer_norm_gradient(x: Handle, dy: Handle, weight: Handle, mean: Handle, inverse: Handle, out: &mut [f64]) -> Status {
        put_all(ops::layer_norm_gradient(&get(x)?, &get(dy)?, &get(weight)?, &get(mean)?, &get(inverse)?)?, out)
    }
}
