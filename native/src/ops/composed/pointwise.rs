//! Functions of single elements, with broadcasting.

use candle_core::Tensor;

use crate::error::Result;
use crate::kernels::pointwise as kernel;
use crate::ops::functions::Binary;

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

/// A function of `kernels/pointwise` of `N` elements, by candle's operations.
pub trait Composed<const N: usize> {
    /// What messages call it.
    const NAME: &'static str;
    fn apply(x: [&Tensor; N]) -> candle_core::Result<Tensor>;
}

macro_rules! composed {
    ($( $name:ident $words:literal [$($x:ident),+] $body:expr; )*) => { $(
        impl Composed<{ [$(stringify!($x)),+].len() }> for kernel::$name {
            const NAME: &'static str = $words;
            fn apply([$($x),+]: [&Tensor; { [$(stringify!($x)),+].len() }]) -> candle_core::Result<Tensor> {
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
    Silu "Silu" [x] x * kernel::Sigmoid::apply([x])?;
    ReluGradient "Relu gradient" [y, dy] y.le(0.0)?.where_cond(&dy.zeros_like()?, &dy.contiguous()?);
    TanhGradient "Tanh gradient" [y, dy] dy * y.sqr()?.affine(-1.0, 1.0)?;
    SigmoidGradient "Sigmoid gradient" [y, dy] (dy * y)? * y.affine(-1.0, 1.0)?;
    GeluGradient "Gelu gradient" [x, dy] {
        let distribution = x.affine(std::f64::consts::FRAC_1_SQRT_2, 0.0)?.erf()?.affine(0.5, 0.5)?;
        let density = x.sqr()?.affine(-0.5, 0.0)?.exp()?.affine(0.398_942_280_401_432_7, 0.0)?;
        dy * (distribution + (x * density)?)?
    };
    SiluGradient "Silu gradient" [x, dy] {
        let s = kernel::Sigmoid::apply([x])?;
        dy * (&s * ((x * s.affine(-1.0, 1.0)?)? + 1.0)?)?
    };
}

pub fn select(condition: &Tensor, yes: &Tensor, no: &Tensor) -> Result<Tensor> {
    if yes.elem_count() == 0 {
        return Ok(Tensor::zeros(yes.shape(), yes.dtype(), yes.device())?);
    }
    Ok(condition.contiguous()?.where_cond(&yes.contiguous()?, &no.contiguous()?)?)
}
