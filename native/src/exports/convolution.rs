//! 2-D convolution and its gradients.

use candle_core::Tensor;

use super::arguments::{put_all, put_wanted, set, sizes, wants};
use super::pooling;
use crate::error::Result;
use crate::handles::{Handle, get, get_optional, put};
use crate::ops::convolution::{self as ops, Parameters};
use crate::ops::followed;
use crate::ops::functions::Activation;
use crate::ops::normalization::Pending;
use crate::{exports, fail};

/// `[stride_y, stride_x, padding_y, padding_x, dilation_y, dilation_x, groups]`
fn parameters(numbers: &[u32]) -> Result<Parameters> {
    let &[sy, sx, py, px, dy, dx, groups] = sizes(numbers).as_slice() else {
        fail!("conv2d takes seven parameters, not {}", numbers.len());
    };
    if numbers.iter().any(|&number| number > 1 << 20) {
        fail!("conv2d's parameters {numbers:?} are out of range");
    }
    Ok(Parameters { stride: [sy, sx], padding: [py, px], dilation: [dy, dx], groups })
}

/// The normalisation that is pending, if there are numbers of one.
fn pending_by(numbers: Option<&Tensor>, relu: u32) -> Option<Pending<'_>> {
    numbers.map(|numbers| Pending { numbers, relu: relu != 0 })
}

exports! { EXPORTS:
    /// `x [n, c, h, w], weight [o, c / groups, ky, kx], bias [o] or 0 -> [n, o, h', w']`, plus `added [n, o, h', w']` or
    /// 0, through ReLU where `relu` is 1. `pending` is 0, or what batch_norm_pending gives for x, with a ReLU where
    /// `pending_relu` is 1. `p` is `[stride_y, stride_x, padding_y, padding_x, dilation_y, dilation_x,
    /// groups]`.
    fn conv2d(x: Handle, weight: Handle, bias: Handle, p: &[u32], added: Handle, relu: u32, pending: Handle, pending_relu: u32) -> Handle {
        let (x, weight, bias, added) = (get(x)?, get(weight)?, get_optional(bias)?, get_optional(added)?);
        let numbers = get_optional(pending)?;
        let pending = pending_by(numbers.as_ref(), pending_relu);
        put(ops::conv2d(&x, &weight, bias.as_ref(), &parameters(p)?, added.as_ref(), relu != 0, pending)?)
    }
    /// The activation function with this number and settings of what `conv2d` gives without an epilogue.
    fn conv2d_activation(x: Handle, weight: Handle, bias: Handle, p: &[u32], number: u32, first: f64, second: f64) -> Handle {
        let (x, weight, bias) = (get(x)?, get(weight)?, get_optional(bias)?);
        let activation = Activation::of(number, first, second)?;
        put(followed::conv2d_activation(&x, &weight, bias.as_ref(), &parameters(p)?, activation)?)
    }
    /// Writes 1 where `conv2d` with a weight of this shape `[o, c / groups, ky, kx]` applies a pending normalisation while it reads, else 0.
    fn conv2d_reads_pending(weight: &[u32], p: &[u32], out: &mut [u32]) -> Status {
        set(out, u32::from(ops::reads_pending(&sizes(weight), &parameters(p)?)?))
    }
    /// Writes two handles: what `conv2d` gives without an epilogue, and the statistics of its channels for `batch_norm`.
    fn conv2d_statistics(x: Handle, weight: Handle, bias: Handle, p: &[u32], pending: Handle, pending_relu: u32, out: &mut [f64]) -> Status {
        let numbers = get_optional(pending)?;
        let pending = pending_by(numbers.as_ref(), pending_relu);
        let (x, weight, bias) = (get(x)?, get(weight)?, get_optional(bias)?);
        put_all(followed::conv2d_statistics(&x, &weight, bias.as_ref(), &parameters(p)?, pending)?, out)
    }
    /// What avg_pool2d with the parameters `pooling` gives of conv2d's result.
    fn conv2d_avg_pool2d(x: Handle, weight: Handle, bias: Handle, p: &[u32], relu: u32, pooling: &[u32]) -> Handle {
        let (x, weight, bias) = (get(x)?, get(weight)?, get_optional(bias)?);
        let pooling = pooling::parameters(pooling)?;
        put(followed::conv2d_avg_pool2d(&x, &weight, bias.as_ref(), &parameters(p)?, relu != 0, &pooling)?)
    }
    /// Writes two handles: the maximum and its argmax that max_pool2d with the parameters `pooling` gives of conv2d's
    /// result.
    fn conv2d_max_pool2d(x: Handle, weight: Handle, bias: Handle, p: &[u32], relu: u32, pooling: &[u32], out: &mut [f64])
        -> Status
    {
        let (x, weight, bias) = (get(x)?, get(weight)?, get_optional(bias)?);
        let pooling = pooling::parameters(pooling)?;
        let (y, argmax) = followed::conv2d_max_pool2d(&x, &weight, bias.as_ref(), &parameters(p)?, relu != 0, &pooling)?;
        put_all([y, argmax], out)
    }
    /// Writes three handles, 0 for a gradient that is not wanted: the gradients of `conv2d` for x (`wanted` has
    /// bit 0), weight (bit 1) and bias (bit 2). Where `masked` is 1, x came out of a ReLU, whose gradient is in it too.
    fn conv2d_gradients(x: Handle, weight: Handle, dy: Handle, p: &[u32], masked: u32, pending: Handle, pending_relu: u32, wanted: u32, out: &mut [f64])
        -> Status
    {
        let numbers = get_optional(pending)?;
        let pending = pending_by(numbers.as_ref(), pending_relu);
        let (x, weight, dy) = (get(x)?, get(weight)?, get(dy)?);
        let gradients = ops::gradients(&x, &weight, &dy, &parameters(p)?, masked != 0, pending, wants(wanted))?;
        put_wanted(gradients, out)
    }
}
