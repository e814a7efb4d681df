//! Reductions, softmax and argmax.

use super::arguments::{shape, sizes};
use crate::exports;
use crate::handles::{Handle, get, put};
use crate::kernels::softmax::Softmax;
use crate::ops::{reduce as ops, softmax};

exports! { EXPORTS:
    /// The sum over `dims`, which stay with size 1 where `keep` is 1.
    fn tensor_sum(x: Handle, dims: &[u32], keep: u32) -> Handle { put(ops::sum(&get(x)?, &sizes(dims), keep != 0)?) }
    /// The mean over `dims`.
    fn tensor_mean(x: Handle, dims: &[u32], keep: u32) -> Handle { put(ops::mean(&get(x)?, &sizes(dims), keep != 0)?) }
    /// The largest number over `dims`.
    fn tensor_max(x: Handle, dims: &[u32], keep: u32) -> Handle { put(ops::extreme(&get(x)?, &sizes(dims), keep != 0, false)?) }
    /// The smallest number over `dims`.
    fn tensor_min(x: Handle, dims: &[u32], keep: u32) -> Handle { put(ops::extreme(&get(x)?, &sizes(dims), keep != 0, true)?) }
    /// x summed down to a shape that broadcasts to its own.
    fn tensor_sum_to(x: Handle, dims: &[u32]) -> Handle { put(ops::sum_to(&get(x)?, &shape(dims)?)?) }
    /// a * b, summed down to a shape that broadcasts to theirs.
    fn tensor_mul_sum_to(a: Handle, b: Handle, dims: &[u32]) -> Handle { put(ops::multiply_and_sum_to(&get(a)?, &get(b)?, &shape(dims)?)?) }
    /// The place of the first largest number along `dim`, as u32.
    fn tensor_argmax(x: Handle, dim: u32, keep: u32) -> Handle { put(ops::argmax(&get(x)?, dim as usize, keep != 0)?) }
    /// e^x / sum e^x along `dim`.
    fn tensor_softmax(x: Handle, dim: u32) -> Handle { put(softmax::softmax(&get(x)?, dim as usize, Softmax::Plain)?) }
    /// The logarithm of softmax.
    fn tensor_log_softmax(x: Handle, dim: u32) -> Handle { put(softmax::softmax(&get(x)?, dim as usize, Softmax::Logarithm)?) }
    /// The gradient of softmax from its output.
    fn tensor_softmax_gradient(y: Handle, dy: Handle, dim: u32) -> Handle {
        put(softmax::softmax_gradient(&get(y)?, &get(dy)?, dim as usize, Softmax::Plain)?)
    }
    /// The gradient of log_softmax from its output.
    fn tensor_log_softmax_gradient(y: Handle, dy: Handle, dim: u32) -> Handle {
        put(softmax::softmax_gradient(&get(y)?, &get(dy)?, dim as usize, Softmax::Logarithm)?)
    }
}
