//! Pooling as a walk over the windows' taps.

use candle_core::Tensor;

use super::windows::{padded_zeros, places, without_padding};
use crate::error::Result;
use crate::kernels::pooling::Windows;
use crate::ops::storage::ensure_room;

/// Each tap's value in every window, `[n, c, h', w']` a tap, padded with `fill`.
fn taps(windows: &Windows, x: &Tensor, fill: f64) -> Result<Vec<Tensor>> {
    let (rows, columns) = (windows.rows, windows.columns);
    let side = |x: Tensor, dim: usize, width: usize| -> Result<Tensor> {
        if width == 0 {
            return Ok(x);
        }
        let mut shape = x.dims().to_vec();
        shape[dim] = width;
        let side = Tensor::full(fill as f32, shape, x.device())?.to_dtype(x.dtype())?;
        Ok(Tensor::cat(&[&side, &x, &side], dim)?)
    };
    let padded = side(side(x.contiguous()?, 2, rows.padding)?, 3, columns.padding)?.flatten_from(2)?.contiguous()?;
    ensure_room(&[windows.images * windows.channels, rows.kernel, columns.kernel, rows.output, columns.output], x.dtype())?;
    let shape = (windows.images, windows.channels, rows.output, columns.output);
    let tap = |tap: usize| Ok(padded.index_select(&places([rows, columns], tap..tap + 1, x)?, 2)?.reshape(shape)?);
    (0..rows.kernel * columns.kernel).map(tap).collect()
}

pub fn maximum(windows: &Windows, x: &Tensor) -> Result<(Tensor, Tensor)> {
    let taps = taps(windows, x, f64::NEG_INFINITY)?;
    let mut best = taps[0].clone();
    let mut argmax = best.zeros_like()?;
    for (place, tap) in taps.iter().enumerate().skip(1) {
        // Larger, or NaN.
        let ahead = (tap.gt(&best)? + tap.ne(tap)?)?;
        argmax = ahead.where_cond(&argmax.ones_like()?.affine(place as f64, 0.0)?, &argmax)?;
        best = ahead.where_cond(tap, &best)?;
    }
    Ok((best, argmax))
}

/// The sum of the gradients `term(tap)` `[n, c, h', w']` at the places that the taps meet.
pub fn backward(windows: &Windows, like: &Tensor, term: impl Fn(usize) -> Result<Tensor>) -> Result<Tensor> {
    let axes = [windows.rows, windows.columns];
    let mut sums = padded_zeros(axes, windows.images, windows.channels, like)?;
    for tap in 0..windows.rows.kernel * windows.columns.kernel {
        let term = term(tap)?.flatten_from(2)?.contiguous()?;
        sums = sums.index_add(&places(axes, tap..tap + 1, like)?, &term, 2)?;
    }
    without_padding(axes, &sums)
}

/// The mean of each window; padding counts as zeros.
pub fn average(windows: &Windows, x: &Tensor) -> Result<Tensor> {
    let taps = taps(windows, x, 0.0)?;
    let mut sum = taps[0].clone();
    for tap in &taps[1..] {
        sum = (sum + tap)?;
    }
    Ok((sum / taps.len() as f64)?)
}
