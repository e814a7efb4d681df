//! Softmax cross-entropy, and the running totals of training.

use candle_core::{DType, Tensor};

use super::optimizer::assign;
use super::reduce::softmax;
use crate::error::Result;
use crate::kernels::softmax::Softmax;

/// For each image and class the share of `-ln p` in the loss: `w[c] ((1 - e) [c = y] + e / C)`, and the sum of `w[y]`.
fn shares(logits: &Tensor, labels: &Tensor, weights: Option<&Tensor>, smoothing: f64) -> Result<(Tensor, Tensor)> {
    let (batch, classes) = logits.dims2()?;
    let places = Tensor::arange(0u32, classes as u32, logits.device())?.reshape((1, classes))?;
    let right = labels.to_dtype(DType::U32)?.reshape((batch, 1))?.broadcast_eq(&places)?;
    let ones = Tensor::ones(classes, logits.dtype(), logits.device())?;
    let weights = weights.unwrap_or(&ones).reshape((1, classes))?.broadcast_as((batch, classes))?.contiguous()?;
    let zeros = weights.zeros_like()?;
    let total = right.where_cond(&weights, &zeros)?.sum_all()?;
    let shares = right.to_dtype(logits.dtype())?.affine(1.0 - smoothing, smoothing / classes as f64)?;
    Ok((shares.ne(0.0)?.where_cond(&(&shares * weights)?, &zeros)?, total))
}

pub fn cross_entropy(logits: &Tensor, labels: &Tensor, weights: Option<&Tensor>, smoothing: f64) -> Result<(Tensor, Tensor)> {
    let (shares, total) = shares(logits, labels, weights, smoothing)?;
    let ln_p = softmax(logits, 1, Softmax::Logarithm)?;
    let not_counted = (shares.eq(0.0)? * ln_p.eq(f64::NEG_INFINITY)?)?;
    let counted = not_counted.where_cond(&ln_p.zeros_like()?, &ln_p)?;
    let loss = (shares * counted)?.sum_all()?.neg()?.div(&total)?;
    Ok((loss, softmax(logits, 1, Softmax::Plain)?))
}

pub fn cross_entropy_gradient(
    probabilities: &Tensor,
    labels: &Tensor,
    weights: Option<&Tensor>,
    smoothing: f64,
    dloss: &Tensor,
) -> Result<Tensor> {
    let (shares, total) = shares(probabilities, labels, weights, smoothing)?;
    let scale = dloss.reshape(())?.div(&total)?;
    let pulled = probabilities.contiguous()?.broadcast_mul(&shares.sum_keepdim(1)?)?;
    Ok((pulled - shares)?.broadcast_mul(&scale)?)
}

/// `best` and `labels` are u32 `[batch]`.
pub fn accumulate(totals: &Tensor, loss: &Tensor, best: &Tensor, labels: &Tensor) -> Result<()> {
    let images = labels.elem_count() as f64;
    let right = best.eq(labels)?.to_dtype(DType::F64)?.sum_all()?;
    let loss = loss.to_dtype(DType::F64)?.reshape(())?.affine(images, 0.0)?;
    let batch = Tensor::stack(&[&loss, &right, &Tensor::new(images, totals.device())?], 0)?;
    Ok(assign(totals, &(totals + batch)?)?)
}
