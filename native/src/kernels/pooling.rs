//! Pooling over windows of `[channel, row, column, image]`, images innermost.
//!
//! Maximum: the first largest tap of a window in the order (ky, kx) takes the whole gradient; NaN passes on.
//! `dx[i] = sum over the windows that chose i of dy`, a chain over their taps (ky, kx) in ascending order.
//! Average: `y = (chain over (ky, kx) of x) / (kernel area)`; padding counts as zeros.

use super::buffer::{Shared, filled};
use super::geometry::Axis;
use super::vector::{Float, Kernel, Vector};
use crate::error::Result;
use crate::parallel;

#[derive(Clone, Copy, Debug)]
pub struct Windows {
    pub channels: usize,
    pub images: usize,
    pub rows: Axis,
    pub columns: Axis,
}

impl Windows {
    fn area(&self) -> usize {
        self.rows.kernel * self.columns.kernel
    }
    fn input_row(&self) -> usize {
        self.columns.input * self.images
    }
    fn output_row(&self) -> usize {
        self.columns.output * self.images
    }
    fn for_rows(&self, rows: usize, row_length: usize, function: impl Fn(usize, usize) + Sync) {
        let grain = (parallel::WORTH_A_THREAD / (row_length * self.area()).max(1)).max(1);
        let total = self.channels * rows;
        let pieces = total.div_ceil(grain).min(8 * parallel::threads());
        parallel::for_each(pieces, |piece| {
            for index in total * piece / pieces..total * (piece + 1) / pieces {
                function(index / rows, index % rows);
            }
        });
    }
}

/// One row of windows of one channel.
struct Forward<'a, T> {
    windows: &'a Windows,
    x: &'a [T],
    out: Shared<T>,
    /// Where the maximum's tap goes, as a number; `None` for the average.
    tap: Option<Shared<T>>,
    channel: usize,
    row: usize,
}

impl<T: Float> Kernel<T> for Forward<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let Windows { images, rows, columns, .. } = *self.windows;
        let area = V::constant(self.windows.area() as f64);
        for column in 0..columns.output {
            let to = ((self.channel * rows.output + self.row) * columns.output + column) * images;
            let mut image = 0;
            while image < images {
                let left = images - image;
                let mut best = if self.tap.is_some() { V::constant(f64::NEG_INFINITY) } else { V::zero() };
                let mut place = V::zero();
                for ky in 0..rows.kernel {
                    let Some(from_row) = rows.source(self.row, ky) else { continue };
                    for kx in 0..columns.kernel {
                        let Some(from_column) = columns.source(column, kx) else { continue };
                        let from = ((self.channel * rows.input + from_row) * columns.input + from_column) * images + image;
                        // SAFETY: the place lies within x.
                        let x = unsafe { V::load_up_to(self.x.as_ptr().add(from), left) };
                        if self.tap.is_none() {
                            best = best.add(x);
                            continue;
                        }
                        let tap = V::constant((ky * columns.kernel + kx) as f64);
                        place = V::select(best.less(x), tap, V::select(x.equal(x), place, tap));
                        best = V::select(best.less(x), x, V::select(x.equal(x), best, x));
                    }
                }
                // SAFETY: the place lies within the outputs, and this row is ours.
                unsafe {
                    match self.tap {
                        Some(tap) => {
                            best.store_up_to(self.out.at(to + image), left);
                            place.store_up_to(tap.at(to + image), left);
                        }
                        None => best.div(area).store_up_to(self.out.at(to + image), left),
                    }
                }
                image += V::LANES;
            }
        }
    }
}

/// `x [c, h, w, n] -> (y, tap) [c, h', w', n]`; the tap ky * kernel_columns + kx that was largest.
pub fn max_forward<T: Float>(windows: &Windows, x: &[T]) -> Result<(Vec<T>, Vec<T>)> {
    let length = windows.channels * windows.rows.output * windows.output_row();
    let mut taps = Vec::new();
    // SAFETY: the rows cover both outputs.
    let y = unsafe {
        filled(length, |out| {
            match filled(length, |tap| {
                windows.for_rows(windows.rows.output, windows.output_row(), |channel, row| {
                    T::dispatch(Forward { windows, x, out, tap: Some(tap), channel, row });
                });
            }) {
                Ok(filled) => taps = filled,
                Err(_) => (0..length).for_each(|i| *out.at(i) = T::ZERO),
            }
        })
    }?;
    if taps.len() != length {
        return Err(crate::error::Error(format!("Out of memory: max-pooling needs two tensors of {length} elements")));
    }
    Ok((y, taps))
}

/// `x [c, h, w, n] -> y [c, h', w', n]`.
pub fn average_forward<T: Float>(windows: &Windows, x: &[T]) -> Result<Vec<T>> {
    // SAFETY: the rows cover the output.
    unsafe {
        filled(windows.channels * windows.rows.output * windows.output_row(), |out| {
            windows.for_rows(windows.rows.output, windows.output_row(), |channel, row| {
                T::dispatch(Forward { windows, x, out, tap: None, channel, row });
            });
        })
    }
}

/// Which share of a window's gradient its members take.
#[derive(Clone, Copy)]
pub enum Share<'a, T> {
    /// The tap that was largest takes all, if the pooled value, where given, is positive: then the gradient
    /// of the ReLU that came before the pooling is in it too.
    Largest { tap: &'a [T], value: Option<&'a [T]> },
    /// All take the same.
    Equal,
}

/// One row of one channel of the input.
struct Backward<'a, T> {
    windows: &'a Windows,
    dy: &'a [T],
    share: Share<'a, T>,
    out: Shared<T>,
    channel: usize,
    row: usize,
    /// For each input column the (output column, kx) that meet there.
    columns: &'a [Vec<(usize, usize)>],
}

impl<T: Float> Kernel<T> for Backward<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let Windows { images, rows, columns, .. } = *self.windows;
        let area = V::constant(self.windows.area() as f64);
        for (column, meets) in self.columns.iter().enumerate() {
            let to = ((self.channel * rows.input + self.row) * columns.input + column) * images;
            let mut image = 0;
            while image < images {
                let left = images - image;
                let mut sum = V::zero();
                for ky in 0..rows.kernel {
                    let Some(from_row) = rows.target(self.row, ky) else { continue };
                    for &(from_column, kx) in meets {
                        let from = ((self.channel * rows.output + from_row) * columns.output + from_column) * images + image;
                        // SAFETY: the place lies within dy, and tap and value have its size.
                        unsafe {
                            let mut term = V::load_up_to(self.dy.as_ptr().add(from), left);
                            if let Share::Largest { tap, value } = self.share {
                                let tap = V::load_up_to(tap.as_ptr().add(from), left);
                                let ours = V::constant((ky * columns.kernel + kx) as f64);
                                term = V::select(tap.equal(ours), term, V::zero());
                                if let Some(value) = value {
                                    let value = V::load_up_to(value.as_ptr().add(from), left);
                                    term = V::select(value.less_equal(V::zero()), V::zero(), term);
                                }
                            }
                            sum = sum.add(term);
                        }
                    }
                }
                let sum = if matches!(self.share, Share::Equal) { sum.div(area) } else { sum };
                // SAFETY: the place lies within the output, and this row is ours.
                unsafe { sum.store_up_to(self.out.at(to + image), left) };
                image += V::LANES;
            }
        }
    }
}

/// `dy [c, h', w', n] -> dx [c, h, w, n]`.
pub fn backward<T: Float>(windows: &Windows, dy: &[T], share: Share<T>) -> Result<Vec<T>> {
    let meets =
        |column: usize| (0..windows.columns.kernel).filter_map(|k| Some((windows.columns.target(column, k)?, k))).collect();
    let columns: Vec<Vec<(usize, usize)>> = (0..windows.columns.input).map(meets).collect();
    // SAFETY: the rows cover the output.
    unsafe {
        filled(windows.channels * windows.rows.input * windows.input_row(), |out| {
            windows.for_rows(windows.rows.input, windows.input_row(), |channel, row| {
                T::dispatch(Backward { windows, dy, share, out, channel, row, columns: &columns });
            });
        })
    }
}
