//! Matrix products.

use crate::exports;
use crate::handles::{Handle, get, get_optional, put};
use crate::ops::matmul as ops;

exports! { EXPORTS:
    /// `[.., m, k] @ [.., k, n] -> [.., m, n]`, any strides, batch dimensions broadcast.
    fn tensor_matmul(a: Handle, b: Handle) -> Handle { put(ops::matmul(&get(a)?, &get(b)?)?) }
    /// `x [b, in], weight [out, in], bias [out] or 0 -> [b, out]`, through ReLU where `relu` is 1.
    fn linear(x: Handle, weight: Handle, bias: Handle, relu: u32) -> Handle {
        put(ops::linear(&get(x)?, &get(weight)?, get_optional(bias)?.as_ref(), relu != 0)?)
    }
}
