//! Batch norm's running statistics.

use candle_core::{DType, Tensor};

use super::check;
use crate::error::Result;
use crate::floats;
use crate::kernels::buffer::room;
use crate::kernels::vector::Float;
use crate::ops::optimizer::assign;
use crate::ops::storage::{Elements, Format, has_kernels, make, row_major};

/// Moves the running mean and variance, in place, towards the statistics of a batch of `count` values a channel:
/// `(1 - momentum) old + momentum new`, the variance unbiased.
///
/// # Errors
/// Where they have not a number for each channel.
pub fn follow(running: [&Tensor; 2], statistics: &Tensor, momentum: f64, count: usize) -> Result<()> {
    check(running[0], statistics.dims()[1], &running)?;
    let unbiased = if count > 1 { count as f64 / (count - 1) as f64 } else { 1.0 };
    for (which, (old, scale)) in running.into_iter().zip([1.0, unbiased]).enumerate() {
        let new = statistics.get(which)?;
        assign(old, &if has_kernels(old) { mix(old, &new, momentum, scale)? } else { composed(old, &new, momentum, scale)? })?;
    }
    Ok(())
}

fn mix(old: &Tensor, new: &Tensor, momentum: f64, scale: f64) -> Result<Tensor> {
    floats!(old, "running statistics", T => {
        let (before, new) = (row_major::<T>(old)?, row_major::<f64>(new)?);
        let (before, new) = (Elements::<T>::of(&before)?, Elements::<f64>::of(&new)?);
        let mut mixed = room(before.len())?;
        mixed.extend(before.iter().zip(new.iter()).map(|(old, new)| {
            <T as Float>::of((1.0 - momentum) * f64::from(*old) + momentum * scale * new)
        }));
        make(mixed, old.dims(), Format::RowMajor)
    })
}

fn composed(old: &Tensor, new: &Tensor, momentum: f64, scale: f64) -> Result<Tensor> {
    let kept = old.to_dtype(DType::F64)?.affine(1.0 - momentum, 0.0)?;
    Ok((kept + new.affine(momentum * scale, 0.0)?.reshape(old.dims())?)?.to_dtype(old.dtype())?)
}
