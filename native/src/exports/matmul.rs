//! Matrix products.

use super::arguments::{put_wanted, wants};
use crate::exports;
use crate::handles::{Handle, get, get_optional, put};
use crate::ops::functions::Activation;
use crate::ops::matmul as ops;

exports! { EXPORTS:
    /// `[.., m, k] @ [.., k, n] -> [.., m, n]`, any strides, batch dimensions broadcast.
    fn tensor_matmul(a: Handle, b: Handle) -> Handle { put(ops::matmul(&get(a)?, &get(b)?)?) }
    /// `x [b, in], weight [out, in], bias [out] or 0 -> [b, out]`, through ReLU where `relu` is 1.
    fn linear(x: Handle, weight: Handle, bias: Handle, relu: u32) -> Handle {
        put(ops::linear(&get(x)?, &get(weight)?, get_optional(bias)?.as_ref(), relu != 0)?)
    }
    /// The activation function with this number and settings of what `linear` gives without a ReLU.
    fn linear_activation(x: Handle, weight: Handle, bias: Handle, number: u32, first: f64, second: f64) -> Handle {
        let activation = Activation::of(number, first, second)?;
        put(ops::linear_activation(&get(x)?, &get(weight)?, get_optional(bias)?.as_ref(), activation)?)
    }
    /// Writes three handles, 0 for a gradient that is not wanted: the gradients of `linear` for x (`wanted` has
    /// bit 0), weight (bit 1) and bias (bit 2). `y` is the result where it went through ReLU, else 0.
    fn linear_gradients(x: Handle, weight: Handle, y: Handle, dy: Handle, wanted: u32, out: &mut [f64]) -> Status {
        let gradients = ops::linear_gradients(&get(x)?, &get(weight)?, get_optional(y)?.as_ref(), &get(dy)?, wants(wanted))?;
        put_wanted(gradients, out)
    }
}
