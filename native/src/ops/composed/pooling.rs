//! Pooling as a walk over the windows' taps.

use candle_core::Tensor;

use crate::error::Result;
use crate::fail;
use crate::kernels::buffer::room;
use crate::kernels::pooling::Windows;
use crate::ops::storage::ensure_room;

/// Places in the padded image that tap (ky, kx) of every window meets.
fn tap_places(windows: &Windows, ky: usize, kx: usize, like: &Tensor) -> Result<Tensor> {
    let (rows, columns) = (windows.rows, windows.columns);
    let width = columns.input + 2 * columns.padding;
    let place = |i: usize| ((i / columns.output * rows.stride + ky) * width + i % columns.output * columns.stride + kx) as u32;
    let count = rows.output * columns.output;
    let mut places = room(count)?;
    places.extend((0..count).map(place));
    Ok(Tensor::from_vec(places, count, like.device())?)
}

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
    let mut taps = Vec::new();
    for ky in 0..rows.kernel {
        for kx in 0..columns.kernel {
            taps.push(padded.index_select(&tap_places(windows, ky, kx, x)?, 2)?.reshape((
                windows.images,
                windows.channels,
                rows.output,
                columns.output,
            ))?);
        }
    }
    Ok(taps)
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

pub fn backward(windows: &Windows, term: impl Fn(usize) -> Result<Tensor>) -> Result<Tensor> {
    let (rows, columns) = (windows.rows, windows.columns);
    let (height, width) = (rows.input + 2 * rows.padding, columns.input + 2 * columns.padding);
    let mut padded: Option<Tensor> = None;
    for ky in 0..rows.kernel {
        for kx in 0..columns.kernel {
            let term = term(ky * columns.kernel + kx)?.flatten_from(2)?.contiguous()?;
            let sums = match padded {
                Some(sums) => sums,
                None => Tensor::zeros((windows.images, windows.channels, height * width), term.dtype(), term.device())?,
            };
            padded = Some(sums.index_add(&tap_places(windows, ky, kx, &term)?, &term, 2)?);
        }
    }
    let Some(padded) = padded else { fail!("Pooling needs a kernel") };
    let padded = padded.reshape((windows.images, windows.channels, height, width))?;
    Ok(padded.narrow(2, rows.padding, rows.input)?.narrow(3, columns.padding, columns.input)?.contiguous()?)
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
