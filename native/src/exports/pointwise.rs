//! Functions of single elements, with broadcasting.

use crate::exports;
use crate::handles::{Handle, get, put};
use crate::kernels::pointwise as kernel;
use crate::ops::functions::{Binary, Comparison};
use crate::ops::pointwise as ops;

exports! { EXPORTS:
    /// a + b, with broadcasting.
    fn tensor_add(a: Handle, b: Handle) -> Handle { put(ops::binary(Binary::Add, &get(a)?, &get(b)?)?) }
    /// a - b, with broadcasting.
    fn tensor_sub(a: Handle, b: Handle) -> Handle { put(ops::binary(Binary::Subtract, &get(a)?, &get(b)?)?) }
    /// a * b, with broadcasting.
    fn tensor_mul(a: Handle, b: Handle) -> Handle { put(ops::binary(Binary::Multiply, &get(a)?, &get(b)?)?) }
    /// a / b, with broadcasting.
    fn tensor_div(a: Handle, b: Handle) -> Handle { put(ops::binary(Binary::Divide, &get(a)?, &get(b)?)?) }
    /// The larger of a and b, with broadcasting.
    fn tensor_maximum(a: Handle, b: Handle) -> Handle { put(ops::binary(Binary::Maximum, &get(a)?, &get(b)?)?) }
    /// The smaller of a and b, with broadcasting.
    fn tensor_minimum(a: Handle, b: Handle) -> Handle { put(ops::binary(Binary::Minimum, &get(a)?, &get(b)?)?) }
    /// 1 where a = b, 0 elsewhere, as u8, with broadcasting.
    fn tensor_eq(a: Handle, b: Handle) -> Handle { put(ops::compare(Comparison::Equal, &get(a)?, &get(b)?)?) }
    /// 1 where a != b, 0 elsewhere, as u8, with broadcasting.
    fn tensor_ne(a: Handle, b: Handle) -> Handle { put(ops::compare(Comparison::NotEqual, &get(a)?, &get(b)?)?) }
    /// 1 where a < b, 0 elsewhere, as u8, with broadcasting.
    fn tensor_lt(a: Handle, b: Handle) -> Handle { put(ops::compare(Comparison::Less, &get(a)?, &get(b)?)?) }
    /// 1 where a <= b, 0 elsewhere, as u8, with broadcasting.
    fn tensor_le(a: Handle, b: Handle) -> Handle { put(ops::compare(Comparison::LessEqual, &get(a)?, &get(b)?)?) }
    /// 1 where a > b, 0 elsewhere, as u8, with broadcasting.
    fn tensor_gt(a: Handle, b: Handle) -> Handle { put(ops::compare(Comparison::Greater, &get(a)?, &get(b)?)?) }
    /// 1 where a >= b, 0 elsewhere, as u8, with broadcasting.
    fn tensor_ge(a: Handle, b: Handle) -> Handle { put(ops::compare(Comparison::GreaterEqual, &get(a)?, &get(b)?)?) }
    /// `yes` where the condition (u8) is not 0, `no` elsewhere, with broadcasting.
    fn tensor_where(condition: Handle, yes: Handle, no: Handle) -> Handle {
        put(ops::select(&get(condition)?, &get(yes)?, &get(no)?)?)
    }
    /// scale * x + shift, rounded once.
    fn tensor_affine(x: Handle, scale: f64, shift: f64) -> Handle { put(ops::affine(&get(x)?, scale, shift)?) }
    /// -x.
    fn tensor_neg(x: Handle) -> Handle { put(ops::function(kernel::Negate, [&get(x)?])?) }
    /// |x|.
    fn tensor_abs(x: Handle) -> Handle { put(ops::function(kernel::Absolute, [&get(x)?])?) }
    /// x * x.
    fn tensor_square(x: Handle) -> Handle { put(ops::function(kernel::Square, [&get(x)?])?) }
    /// The square root.
    fn tensor_sqrt(x: Handle) -> Handle { put(ops::function(kernel::SquareRoot, [&get(x)?])?) }
    /// e^x.
    fn tensor_exp(x: Handle) -> Handle { put(ops::function(kernel::Exponential, [&get(x)?])?) }
    /// The natural logarithm.
    fn tensor_log(x: Handle) -> Handle { put(ops::function(kernel::Logarithm, [&get(x)?])?) }
    /// The hyperbolic tangent.
    fn tensor_tanh(x: Handle) -> Handle { put(ops::function(kernel::Tanh, [&get(x)?])?) }
    /// 1 / (1 + e^-x).
    fn tensor_sigmoid(x: Handle) -> Handle { put(ops::function(kernel::Sigmoid, [&get(x)?])?) }
    /// max(x, 0); NaN passes on.
    fn tensor_relu(x: Handle) -> Handle { put(ops::function(kernel::Relu, [&get(x)?])?) }
    /// x times the normal distribution function.
    fn tensor_gelu(x: Handle) -> Handle { put(ops::function(kernel::Gelu, [&get(x)?])?) }
    /// x sigmoid(x).
    fn tensor_silu(x: Handle) -> Handle { put(ops::function(kernel::Silu, [&get(x)?])?) }
    /// x where x > 0, slope * x elsewhere.
    fn tensor_leaky_relu(x: Handle, slope: f64) -> Handle { put(ops::function(kernel::LeakyRelu { slope }, [&get(x)?])?) }
    /// x where x > 0, alpha (e^x - 1) elsewhere.
    fn tensor_elu(x: Handle, alpha: f64) -> Handle { put(ops::function(kernel::Elu { alpha }, [&get(x)?])?) }
    /// ln(1 + e^(beta x)) / beta, or x where beta x is above the threshold.
    fn tensor_softplus(x: Handle, beta: f64, threshold: f64) -> Handle {
        put(ops::function(kernel::Softplus { beta, threshold }, [&get(x)?])?)
    }
    /// x clamp(x + 3, 0, 6) / 6.
    fn tensor_hardswish(x: Handle) -> Handle { put(ops::function(kernel::Hardswish, [&get(x)?])?) }
    /// x tanh(ln(1 + e^x)).
    fn tensor_mish(x: Handle) -> Handle { put(ops::function(kernel::Mish, [&get(x)?])?) }
    /// The gradient of |x| from its input.
    fn tensor_abs_gradient(x: Handle, dy: Handle) -> Handle { put(ops::function(kernel::AbsoluteGradient, [&get(x)?, &get(dy)?])?) }
    /// The gradient of x * x from its input.
    fn tensor_square_gradient(x: Handle, dy: Handle) -> Handle { put(ops::function(kernel::SquareGradient, [&get(x)?, &get(dy)?])?) }
    /// The gradient of relu from its output.
    fn tensor_relu_gradient(y: Handle, dy: Handle) -> Handle { put(ops::function(kernel::ReluGradient, [&get(y)?, &get(dy)?])?) }
    /// The gradient of tanh from its output.
    fn tensor_tanh_gradient(y: Handle, dy: Handle) -> Handle { put(ops::function(kernel::TanhGradient, [&get(y)?, &get(dy)?])?) }
    /// The gradient of sigmoid from its output.
    fn tensor_sigmoid_gradient(y: Handle, dy: Handle) -> Handle { put(ops::function(kernel::SigmoidGradient, [&get(y)?, &get(dy)?])?) }
    /// The gradient of gelu from its input.
    fn tensor_gelu_gradient(x: Handle, dy: Handle) -> Handle { put(ops::function(kernel::GeluGradient, [&get(x)?, &get(dy)?])?) }
    /// The gradient of silu from its input.
    fn tensor_silu_gradient(x: Handle, dy: Handle) -> Handle { put(ops::function(kernel::SiluGradient, [&get(x)?, &get(dy)?])?) }
    /// The gradient of leaky_relu from its input.
    fn tensor_leaky_relu_gradient(x: Handle, dy: Handle, slope: f64) -> Handle {
        put(ops::function(kernel::LeakyReluGradient { slope }, [&get(x)?, &get(dy)?])?)
    }
    /// The gradient of elu from its input.
    fn tensor_elu_gradient(x: Handle, dy: Handle, alpha: f64) -> Handle {
        put(ops::function(kernel::EluGradient { alpha }, [&get(x)?, &get(dy)?])?)
    }
    /// The gradient of softplus from its input.
    fn tensor_softplus_gradient(x: Handle, dy: Handle, beta: f64, threshold: f64) -> Handle {
        put(ops::function(kernel::SoftplusGradient { beta, threshold }, [&get(x)?, &get(dy)?])?)
    }
    /// The gradient of hardswish from its input.
    fn tensor_hardswish_gradient(x: Handle, dy: Handle) -> Handle { put(ops::function(kernel::HardswishGradient, [&get(x)?, &get(dy)?])?) }
    /// The gradient of mish from its input.
    fn tensor_mish_gradient(x: Handle, dy: Handle) -> Handle { put(ops::function(kernel::MishGradient, [&get(x)?, &get(dy)?])?) }
}
