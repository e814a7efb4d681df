//! Softmax cross-entropy, and the running totals of training.

use candle_core::{DType, Tensor};

use super::composed::loss as composed;
use super::in_place::write_in_place;
use super::pointwise::cast;
use super::reduce::argmax;
use super::storage::{Elements, Format, batch_innermost, has_float_kernels, make, row_major};
use crate::error::Result;
use crate::kernels::buffer::room;
use crate::kernels::loss::{self as kernel, CrossEntropy};
use crate::kernels::vector::Float;
use crate::{fail, floats};

fn check(logits: &Tensor, labels: &Tensor, weights: Option<&Tensor>, smoothing: f64) -> Result<()> {
    let (shape, classes) = (logits.dims(), logits.dims().get(1).copied().unwrap_or(0));
    if logits.rank() != 2 || labels.dims() != [shape[0]] || shape[0] == 0 || classes == 0 {
        fail!("Cross-entropy takes logits [batch, classes] and labels [batch], not {shape:?} and {:?}", labels.dims());
    }
    if weights.is_some_and(|weights| weights.dims() != [classes] || weights.dtype() != logits.dtype()) {
        fail!("Cross-entropy over {classes} classes takes that many weights, of the logits' type");
    }
    if !(0.0..=1.0).contains(&smoothing) {
        fail!("Label smoothing lies between 0 and 1, not at {smoothing}");
    }
    Ok(())
}

fn labels_of<T: Float>(labels: &Tensor, classes: usize) -> Result<Vec<T>> {
    let labels = row_major::<u32>(&cast(labels, DType::U32)?)?;
    let numbers = Elements::<u32>::of(&labels)?;
    match numbers.iter().find(|&&label| label as usize >= classes) {
        Some(label) => fail!("Label {label} is outside the {classes} classes 0 to {}", classes - 1),
        None => {
            let mut labels = room(numbers.len())?;
            labels.extend(numbers.iter().map(|&label| T::of(f64::from(label))));
            Ok(labels)
        }
    }
}

fn weights_of<T: Float>(weights: Option<&Tensor>, classes: usize) -> Result<Vec<T>> {
    let mut copied = room(classes)?;
    match weights {
        Some(weights) => copied.extend_from_slice(&Elements::<T>::of(&row_major::<T>(weights)?)?),
        None => copied.resize(classes, T::ONE),
    }
    Ok(copied)
}

/// The mean loss `[]` and the probabilities `[batch, classes]`.
pub fn cross_entropy(logits: &Tensor, labels: &Tensor, weights: Option<&Tensor>, smoothing: f64) -> Result<(Tensor, Tensor)> {
    check(logits, labels, weights, smoothing)?;
    let (images, classes) = logits.dims2()?;
    if !has_float_kernels(logits, "Cross-entropy")? {
        return composed::cross_entropy(logits, labels, weights, smoothing);
    }
    floats!(logits, "cross-entropy", T => {
        let logits = batch_innermost::<T>(logits)?;
        let (labels, weights) = (labels_of::<T>(labels, classes)?, weights_of::<T>(weights, classes)?);
        let loss = CrossEntropy { classes, images, labels: &labels, weights: &weights, smoothing };
        let (value, probabilities) = kernel::forward(&loss, &Elements::<T>::of(&logits)?)?;
        Ok((make(vec![value], &[], Format::RowMajor)?, make(probabilities, &[images, classes], Format::BatchInnermost)?))
    })
}

/// The gradient for the logits, from the probabilities.
pub fn cross_entropy_gradient(
    probabilities: &Tensor,
    labels: &Tensor,
    weights: Option<&Tensor>,
    smoothing: f64,
    dloss: &Tensor,
) -> Result<Tensor> {
    check(probabilities, labels, weights, smoothing)?;
    let (images, classes) = probabilities.dims2()?;
    if !has_float_kernels(probabilities, "Cross-entropy")? {
        return composed::cross_entropy_gradient(probabilities, labels, weights, smoothing, dloss);
    }
    floats!(probabilities, "cross-entropy", T => {
        let probabilities = batch_innermost::<T>(probabilities)?;
        let dloss = row_major::<T>(dloss)?;
        let Some(&dloss) = Elements::<T>::of(&dloss)?.first() else { fail!("Cross-entropy's gradient is one number") };
        let (labels, weights) = (labels_of::<T>(labels, classes)?, weights_of::<T>(weights, classes)?);
        let loss = CrossEntropy { classes, images, labels: &labels, weights: &weights, smoothing };
        let dlogits = kernel::backward(&loss, &Elements::<T>::of(&probabilities)?, dloss)?;
        make(dlogits, &[images, classes], Format::BatchInnermost)
    })
}

/// Adds a batch to `totals [3]` = (sum of losses, right answers, images), f64, in place.
pub fn accumulate(totals: &Tensor, loss: &Tensor, logits: &Tensor, labels: &Tensor) -> Result<()> {
    check(logits, labels, None, 0.0)?;
    if totals.dims() != [3] || totals.dtype() != DType::F64 {
        fail!("Totals are three f64 numbers, not {} {:?}", totals.dtype().as_str(), totals.dims());
    }
    let images = logits.dims()[0] as f64;
    let best = argmax(logits, 1, false)?.to_dtype(DType::U32)?;
    let labels = cast(labels, DType::U32)?.contiguous()?;
    if !has_float_kernels(logits, "Cross-entropy")? {
        return composed::accumulate(totals, loss, &best, &labels);
    }
    let right = Elements::<u32>::of(&best)?.iter().zip(Elements::<u32>::of(&labels)?.iter()).filter(|(a, b)| a == b).count();
    let loss = loss.to_dtype(DType::F64)?.reshape(())?.to_scalar::<f64>()?;
    write_in_place::<f64, _>(&[totals], |slices| {
        slices[0][0] += loss * images;
        slices[0][1] += right as f64;
        slices[0][2] += images;
    })
}
