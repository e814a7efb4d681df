//! Pooling. `p` is `[kernel_y, kernel_x, stride_y, stride_x, padding_y, padding_x]`.

use super::arguments::{put_all, shape, sizes};
use crate::error::Result;
use crate::handles::{Handle, get, get_optional, put};
use crate::ops::pooling::{self as ops, Parameters};
use crate::{exports, fail};

pub fn parameters(numbers: &[u32]) -> Result<Parameters> {
    let &[ky, kx, sy, sx, py, px] = sizes(numbers).as_slice() else {
        fail!("Pooling takes six parameters, not {}", numbers.len());
    };
    if numbers.iter().any(|&number| number > 1 << 20) {
        fail!("Pooling's parameters {numbers:?} are out of range");
    }
    Ok(Parameters { kernel: [ky, kx], stride: [sy, sx], padding: [py, px] })
}

exports! { EXPORTS:
    /// Writes two handles: the largest number of each window `[n, c, h', w']`, and its argmax, the place
    /// ky * kernel columns + kx in the window.
    fn max_pool2d(x: Handle, p: &[u32], out: &mut [f64]) -> Status {
        let (y, argmax) = ops::max_pool2d(&get(x)?, &parameters(p)?)?;
        put_all([y, argmax], out)
    }
    /// The gradient of max_pool2d. `value`: 0, or the pooled output where pooling follows a ReLU, whose
    /// gradient is then in it too.
    fn max_pool2d_gradient(dy: Handle, argmax: Handle, x_shape: &[u32], p: &[u32], value: Handle) -> Handle {
        put(ops::max_pool2d_gradient(&get(dy)?, &get(argmax)?, &shape(x_shape)?, &parameters(p)?, get_optional(value)?.as_ref())?)
    }
    /// The mean of each window; padding counts as zeros.
    fn avg_pool2d(x: Handle, p: &[u32]) -> Handle { put(ops::avg_pool2d(&get(x)?, &parameters(p)?)?) }
    /// The gradient of avg_pool2d.
    fn avg_pool2d_gradient(dy: Handle, x_shape: &[u32], p: &[u32]) -> Handle {
        put(ops::avg_pool2d_gradient(&get(dy)?, &shape(x_shape)?, &parameters(p)?)?)
    }
}
