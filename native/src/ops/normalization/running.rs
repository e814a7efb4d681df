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
        let new = statistics.narrow(0, which, 1)?;
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

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use candle_core::{Device, Tensor};

    use super::follow;
    use crate::memory::BUDGET_HERE;

    #[test]
    fn views_of_more_elements_than_there_is_memory_for_are_refused_at_once() {
        BUDGET_HERE.set(Some(4 << 20));
        let many = Tensor::new(&[1f32], &Device::Cpu).unwrap().broadcast_as(u32::MAX as usize).unwrap();
        let statistics = Tensor::new(&[[1f64]], &Device::Cpu).unwrap().broadcast_as((2, u32::MAX as usize)).unwrap();
        let begun = Instant::now();
        let outcome = follow([&many, &many], &statistics, 0.1, 2);
        BUDGET_HERE.set(None);
        assert!(outcome.unwrap_err().0.contains("memory"));
        assert!(begun.elapsed() < Duration::from_secs(1));
    }
}
