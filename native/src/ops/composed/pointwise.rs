//! Functions of single elements, with broadcasting.

use candle_core::Tensor;

use crate::error::Result;
use crate::ops::functions::{Binary, Gradient, Unary};

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

fn sigmoid(x: &Tensor) -> candle_core::Result<Tensor> {
    (x.neg()?.exp()? + 1.0)?.recip()
}

pub fn unary(operation: Unary, x: &Tensor) -> Result<Tensor> {
    Ok(match operation {
        Unary::Negate => x.neg(),
        Unary::Absolute => x.abs(),
        Unary::Square => x.sqr(),
        Unary::SquareRoot => x.sqrt(),
        Unary::Exponential => x.exp(),
        Unary::Logarithm => x.log(),
        Unary::Tanh => x.tanh(),
        Unary::Sigmoid => sigmoid(x),
        // candle's own relu turns NaN into 0.
        Unary::Relu => x.le(0.0)?.where_cond(&x.zeros_like()?, &x.contiguous()?),
        Unary::Gelu => x.gelu_erf(),
        Unary::Silu => x * sigmoid(x)?,
    }?)
}

pub fn gradient(operation: Gradient, saved: &Tensor, dy: &Tensor) -> Result<Tensor> {
    Ok(match operation {
        Gradient::Relu => saved.le(0.0)?.where_cond(&dy.zeros_like()?, &dy.contiguous()?),
        Gradient::Tanh => dy * saved.sqr()?.affine(-1.0, 1.0)?,
        Gradient::Sigmoid => (dy * saved)? * saved.affine(-1.0, 1.0)?,
        Gradient::Gelu => {
            let distribution = saved.affine(std::f64::consts::FRAC_1_SQRT_2, 0.0)?.erf()?.affine(0.5, 0.5)?;
            let density = saved.sqr()?.affine(-0.5, 0.0)?.exp()?.affine(0.398_942_280_401_432_7, 0.0)?;
            dy * (distribution + (saved * density)?)?
        }
        Gradient::Silu => {
            let s = sigmoid(saved)?;
            dy * (&s * ((saved * s.affine(-1.0, 1.0)?)? + 1.0)?)?
        }
    }?)
}

pub fn select(condition: &Tensor, yes: &Tensor, no: &Tensor) -> Result<Tensor> {
    if yes.elem_count() == 0 {
        return Ok(Tensor::zeros(yes.shape(), yes.dtype(), yes.device())?);
    }
    Ok(condition.contiguous()?.where_cond(&yes.contiguous()?, &no.contiguous()?)?)
}
