//! Reductions that leave the reduced dimensions with size 1, and softmax.

use candle_core::{DType, Tensor};

use crate::error::Result;
use crate::kernels::softmax::Softmax;

/// A row-major tensor whose dimensions of size 1 have no stride of 0, as a part of a broadcast tensor does: candle
/// divides by strides.
fn dense(x: &Tensor) -> Result<Tensor> {
    Ok(x.contiguous()?.reshape(x.dims())?)
}

pub fn sum(x: &Tensor, dims: &[usize]) -> Result<Tensor> {
    if dims.is_empty() { Ok(x.clone()) } else { Ok(dense(x)?.sum_keepdim(dims)?) }
}

/// The reduction of a tensor without elements, which candle does not reduce.
fn empty(x: &Tensor, dims: &[usize], dtype: DType) -> Result<Tensor> {
    let mut shape = x.dims().to_vec();
    dims.iter().for_each(|&dim| shape[dim] = 1);
    Ok(Tensor::zeros(shape, dtype, x.device())?)
}

pub fn extreme(x: &Tensor, dims: &[usize], smallest: bool) -> Result<Tensor> {
    if x.elem_count() == 0 {
        return empty(x, dims, x.dtype());
    }
    let mut y = dense(x)?;
    for &dim in dims {
        y = if smallest { y.min_keepdim(dim) } else { y.max_keepdim(dim) }?;
    }
    Ok(y)
}

pub fn argmax(x: &Tensor, dim: usize) -> Result<Tensor> {
    if x.elem_count() == 0 {
        return empty(x, &[dim], DType::U32);
    }
    // Which of equal values candle finds is open: the first place that holds the maximum is ours.
    let size = x.dims()[dim];
    let places = Tensor::arange(0u32, size as u32, x.device())?.to_dtype(DType::F32)?;
    let mut along = vec![1; x.rank()];
    along[dim] = size;
    let places = places.reshape(along)?.broadcast_as(x.dims())?.contiguous()?;
    let is_largest = x.broadcast_eq(&dense(x)?.max_keepdim(dim)?)?;
    let none = Tensor::full(size as f32, x.dims(), x.device())?;
    Ok(is_largest.where_cond(&places, &none)?.min_keepdim(dim)?.to_dtype(DType::U32)?)
}

pub fn softmax(x: &Tensor, dim: usize, kind: Softmax) -> Result<Tensor> {
    let x = dense(x)?;
    let shifted = x.broadcast_sub(&x.max_keepdim(dim)?)?;
    let total = shifted.exp()?.sum_keepdim(dim)?;
    Ok(match kind {
        Softmax::Plain => shifted.exp()?.broadcast_div(&total),
        Softmax::Logarithm => shifted.broadcast_sub(&total.log()?),
    }?)
}

pub fn softmax_gradient(y: &Tensor, dy: &Tensor, dim: usize, kind: Softmax) -> Result<Tensor> {
    let (y, dy) = (dense(y)?, dense(dy)?);
    Ok(match kind {
        Softmax::Plain => &y * dy.broadcast_sub(&(&y * &dy)?.sum_keepdim(dim)?)?,
        Softmax::Logarithm => &dy - y.exp()?.broadcast_mul(&dy.sum_keepdim(dim)?)?,
    }?)
}
