//! 2-D convolution and its gradients.

use super::arguments::{put_all, shape, sizes};
use super::pooling;
use crate::error::Result;
use crate::handles::{Handle, get, get_optional, put};
use crate::ops::convolution::{self as ops, Parameters};
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

exports! { EXPORTS:
    /// `x [n, c, h, w], weight [o, c / groups, ky, kx], bias [o] or 0 -> [n, o, h', w']`, through ReLU where `relu`
    /// is 1. `p` is `[stride_y, stride_x, padding_y, padding_x, dilation_y, dilation_x, groups]`.
    fn conv2d(x: Handle, weight: Handle, bias: Handle, p: &[u32], relu: u32) -> Handle {
        put(ops::conv2d(&get(x)?, &get(weight)?, get_optional(bias)?.as_ref(), &parameters(p)?, relu != 0)?)
    }
    /// Writes two handles: those of max_pool2d with the parameters `pooling`, of what conv2d gives.
    fn conv2d_max_pool2d(x: Handle, weight: Handle, bias: Handle, p: &[u32], relu: u32, pooling: &[u32], out: &mut [f64])
        -> Status
    {
        let (x, weight, bias) = (get(x)?, get(weight)?, get_optional(bias)?);
        let pooling = pooling::parameters(pooling)?;
        let (y, tap) = ops::conv2d_max_pool2d(&x, &weight, bias.as_ref(), &parameters(p)?, relu != 0, &pooling)?;
        put_all([y, tap], out)
    }
    /// The gradient for conv2d's input, zero where `mask` (the input, if it came out of a ReLU; or 0) is not positive.
    fn conv2d_input_gradient(dy: Handle, weight: Handle, x_shape: &[u32], p: &[u32], mask: Handle) -> Handle {
        put(ops::input_gradient(&get(dy)?, &get(weight)?, &shape(x_shape)?, &parameters(p)?, get_optional(mask)?.as_ref())?)
    }
    /// The gradient for conv2d's weight.
    fn conv2d_weight_gradient(x: Handle, dy: Handle, weight_shape: &[u32], p: &[u32]) -> Handle {
        put(ops::weight_gradient(&get(x)?, &get(dy)?, &shape(weight_shape)?, &parameters(p)?)?)
    }
    /// The gradient for conv2d's bias.
    fn conv2d_bias_gradient(dy: Handle) -> Handle { put(ops::bias_gradient(&get(dy)?)?) }
}
