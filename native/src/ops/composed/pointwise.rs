//! Functions of single elements, with broadcasting.

use candle_core::Tensor;

use crate::error::Result;
use crate::kernels::pointwise as kernel;
use crate::ops::functions::{Binary, Comparison};

pub fn binary(operation: Binary, a: &Tensor, b: &Tensor) -> Result<Tensor> {
    Ok(match operation {
        Binary::Add => a.broadcast_add(b),
        Binary::Subtract => a.broadcast_sub(b),
        Binary::Multiply => a.broadcast_mul(b),
        Binary::Divide => a.broadcast_div(b),
        Binary::Maximum => a.broadcast_maximum(b),
        Binary::Minimum => a.broadcast_minimum(b),
    }?)
}

pub fn compare(comparison: Comparison, a: &Tensor, b: &Tensor) -> Result<Tensor> {
    Ok(match comparison {
        Comparison::Equal => a.broadcast_eq(b),
        Comparison::NotEqual => a.broadcast_ne(b),
        Comparison::Less => a.broadcast_lt(b),
        Comparison::LessEqual => a.broadcast_le(b),
        Comparison::Greater => a.broadcast_gt(b),
        Comparison::GreaterEqual => a.broadcast_ge(b),
    }?)
}

/// A function of `kernels/pointwise` of `N` elements, by candle's operations.
pub trait Composed<const N: usize> {
    /// What messages call it.
    const NAME: &'static str;
    fn apply(self, x: [&Tensor; N]) -> candle_core::Result<Tensor>;
}

macro_rules! composed {
    ($( $name:ident $({ $($field:ident),+ })? $words:literal [$($x:ident),+] $body:expr; )*) => { $(
        impl Composed<{ [$(stringify!($x)),+].len() }> for kernel::$name {
            const NAME: &'static str = $words;
            fn apply(self, [$($x),+]: [&Tensor; { [$(stringify!($x)),+].len() }]) -> candle_core::Result<Tensor> {
                $(let Self { $($field),+ } = self;)?
                $body
            }
        }
    )* };
}

composed! {
    Negate "Negate" [x] x.neg();
    Absolute "Absolute" [x] x.abs();
    Square "Square" [x] x.sqr();
    SquareRoot "SquareRoot" [x] x.sqrt();
    Exponential "Exponential" [x] x.exp();
    Logarithm "Logarithm" [x] x.log();
    Tanh "Tanh" [x] x.tanh();
    Sigmoid "Sigmoid" [x] (x.neg()?.exp()? + 1.0)?.recip();
    // candle's own relu turns NaN into 0.
    Relu "Relu" [x] x.le(0.0)?.where_cond(&x.zeros_like()?, &x.contiguous()?);
    Gelu "Gelu" [x] x.gelu_erf();
    Silu "Silu" [x] x * kernel::Sigmoid.apply([x])?;
    LeakyRelu { slope } "LeakyRelu" [x] x.gt(0.0)?.where_cond(&x.contiguous()?, &x.affine(slope, 0.0)?);
    Elu { alpha } "Elu" [x] x.gt(0.0)?.where_cond(&x.contiguous()?, &x.minimum(0.0)?.exp()?.affine(alpha, -alpha)?);
    Softplus { beta, threshold } "Softplus" [x] {
        let t = x.affine(beta, 0.0)?;
        let soft = (t.relu()? + (t.abs()?.neg()?.exp()? + 1.0)?.log()?)? / beta;
        t.gt(threshold)?.where_cond(&x.contiguous()?, &soft?)
    };
    Hardswish "Hardswish" [x] x * (x.affine(1.0, 3.0)?.clamp(0.0, 6.0)? / 6.0)?;
    Mish "Mish" [x] x * tanh_of_softplus(x)?;
    SquareGradient "Square gradient" [x, dy] (dy * x)? * 2.0;
    AbsoluteGradient "Absolute gradient" [x, dy] dy * (x.gt(0.0)?.to_dtype(x.dtype())? - x.lt(0.0)?.to_dtype(x.dtype())?)?;
    ReluGradient "Relu gradient" [y, dy] y.le(0.0)?.where_cond(&dy.zeros_like()?, &dy.contiguous()?);
    TanhGradient "Tanh gradient" [y, dy] dy * y.sqr()?.affine(-1.0, 1.0)?;
    SigmoidGradient "Sigmoid gradient" [y, dy] (dy * y)? * y.affine(-1.0, 1.0)?;
    GeluGradient "Gelu gradient" [x, dy] {
        let distribution = x.affine(std::f64::consts::FRAC_1_SQRT_2, 0.0)?.erf()?.affine(0.5, 0.5)?;
        let density = x.sqr()?.affine(-0.5, 0.0)?.exp()?.affine(0.398_942_280_401_432_7, 0.0)?;
        dy * (distribution + (x * density)?)?
    };
    SiluGradient "Silu gradient" [x, dy] {
        let s = kernel::Sigmoid.apply([x])?;
        dy * (&s * ((x * s.affine(-1.0, 1.0)?)? + 1.0)?)?
    };
    LeakyReluGradient { slope } "LeakyRelu gradient" [x, dy] x.gt(0.0)?.where_cond(&dy.contiguous()?, &dy.affine(slope, 0.0)?);
    EluGradient { alpha } "Elu gradient" [x, dy] x.le(0.0)?.where_cond(&(dy * x.exp()?.affine(alpha, 0.0)?)?, &dy.contiguous()?);
    SoftplusGradient { beta, threshold } "Softplus gradient" [x, dy] {
        let t = x.affine(beta, 0.0)?;
        t.gt(threshold)?.where_cond(&dy.contiguous()?, &(dy * kernel::Sigmoid.apply([&t])?)?)
    };
    HardswishGradient "Hardswish gradient" [x, dy] {
        let slope = x.lt(3.0)?.where_cond(&x.affine(1.0 / 3.0, 0.5)?, &x.ones_like()?)?;
        dy * x.le(-3.0)?.where_cond(&x.zeros_like()?, &slope)?
    };
    MishGradient "Mish gradient" [x, dy] {
        let tanh = tanh_of_softplus(x)?;
        dy * (&tanh + ((x * kernel::Sigmoid.apply([x])?)? * tanh.sqr()?.affine(-1.0, 1.0)?)?)?
    };
}

/// tanh(ln(1 + e^x)).
fn tanh_of_softplus(x: &Tensor) -> candle_core::Result<Tensor> {
    kernel::Softplus { beta: 1.0, threshold: 20.0 }.apply([x])?.tanh()
}

pub fn select(condition: &Tensor, yes: &Tensor, no: &Tensor) -> Result<Tensor> {
    if yes.elem_count() == 0 {
        return Ok(Tensor::zeros(yes.shape(), yes.dtype(), yes.device())?);
    }
    Ok(condition.contiguous()?.where_cond(&yes.contiguous()?, &no.contiguous()?)?)
}
