//! Indexing. candle's forms take no empty tensors, and only indices that have the tensor's sizes beside the dimension.

use candle_core::Tensor;

use crate::error::Result;

fn zeros(shape: &[usize], like: &Tensor) -> Result<Tensor> {
    Ok(Tensor::zeros(shape, like.dtype(), like.device())?)
}

pub fn concat(tensors: &[Tensor], dim: usize, shape: &[usize]) -> Result<Tensor> {
    let parts = tensors.iter().filter(|part| part.elem_count() > 0);
    let parts = parts.map(Tensor::contiguous).collect::<candle_core::Result<Vec<_>>>()?;
    match parts.as_slice() {
        [] => zeros(shape, &tensors[0]),
        [part] => Ok(part.copy()?),
        parts => Ok(Tensor::cat(parts, dim)?),
    }
}

pub fn index_select(x: &Tensor, indices: &Tensor, dim: usize, shape: &[usize]) -> Result<Tensor> {
    if shape.contains(&0) {
        return zeros(shape, x);
    }
    Ok(x.contiguous()?.index_select(&indices.to_device(x.device())?, dim)?)
}

/// The part of `x` that the indices reach in the other dimensions.
fn reached(x: &Tensor, indices: &Tensor, dim: usize) -> Result<Tensor> {
    let mut part = x.clone();
    for d in (0..x.rank()).filter(|&d| d != dim) {
        part = part.narrow(d, 0, indices.dims()[d])?;
    }
    Ok(part.contiguous()?)
}

pub fn gather(x: &Tensor, indices: &Tensor, dim: usize) -> Result<Tensor> {
    if indices.elem_count() == 0 {
        return zeros(indices.dims(), x);
    }
    Ok(reached(x, indices, dim)?.gather(&indices.to_device(x.device())?, dim)?)
}

pub fn scatter_add(x: &Tensor, indices: &Tensor, source: &Tensor, dim: usize) -> Result<Tensor> {
    if indices.elem_count() == 0 {
        return Ok(x.copy()?);
    }
    let part = reached(x, indices, dim)?.zeros_like()?;
    let mut sums = part.scatter_add(&indices.to_device(x.device())?, &source.contiguous()?, dim)?;
    for d in 0..x.rank() {
        sums = sums.pad_with_zeros(d, 0, x.dims()[d] - sums.dims()[d])?;
    }
    Ok((x + sums)?)
}
