//! The maximum, its argmax, and the average of each window.

use std::ops::Range;

use super::windows::{FEW_IMAGES, MOST_LAID_OUT, Windows};
use crate::error::Result;
use crate::kernels::buffer::{Shared, filled, filled_pair};
use crate::kernels::vector::{Float, Kernel, Vector, for_vectors};

/// Some rows of windows of one channel.
pub(super) struct Forward<'a, T> {
    pub(super) windows: &'a Windows,
    pub(super) x: &'a [T],
    pub(super) out: Shared<T>,
    /// Where the argmax goes; `None` for the average.
    pub(super) argmax: Option<Shared<T>>,
    pub(super) channel: usize,
    pub(super) rows: Range<usize>,
}

impl<T: Float> Kernel<T> for Forward<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        match self.argmax {
            Some(argmax) => self.windows::<V, true>(argmax),
            None => self.windows::<V, false>(self.out),
        }
    }
}

impl<T: Float> Forward<'_, T> {
    #[inline(always)]
    fn windows<V: Vector<Element = T>, const MAXIMUM: bool>(&self, argmax: Shared<T>) {
        let Windows { images, rows, columns, .. } = *self.windows;
        let first = |row: usize| (self.channel * rows.output + row) * self.windows.output_row();
        let mut taps = Vec::with_capacity(self.windows.area());
        let length = self.rows.len() * self.windows.output_row();
        if images < FEW_IMAGES && self.windows.area() * length <= MOST_LAID_OUT {
            let initial = if MAXIMUM { T::of(f64::NEG_INFINITY) } else { T::ZERO };
            let mut lines = vec![initial; self.windows.area() * length];
            for (tap, line) in lines.chunks_exact_mut(length.max(1)).enumerate() {
                taps.push((tap, tap * length));
                self.lay_out(tap / columns.kernel, tap % columns.kernel, line);
            }
            self.side_by_side::<V, MAXIMUM>(&taps, &lines, length, first(self.rows.start), argmax);
            return;
        }
        for row in self.rows.clone() {
            for column in 0..columns.output {
                taps.clear();
                for ky in 0..rows.kernel {
                    let Some(source_row) = rows.source(row, ky) else { continue };
                    let source_row = (self.channel * rows.input + source_row) * columns.input;
                    let across = (0..columns.kernel).filter_map(|kx| Some((kx, columns.source(column, kx)?)));
                    taps.extend(across.map(|(kx, source)| (ky * columns.kernel + kx, (source_row + source) * images)));
                }
                self.side_by_side::<V, MAXIMUM>(&taps, self.x, images, first(row) + column * images, argmax);
            }
        }
    }

    /// The numbers at place (ky, kx) of each window; outside the image the line stays as it is.
    fn lay_out(&self, ky: usize, kx: usize, line: &mut [T]) {
        let Windows { images, rows, columns, .. } = *self.windows;
        let inside = |column: &usize| columns.source(*column, kx).is_some();
        let Some(column) = (0..columns.output).find(inside) else { return };
        let count = (column..columns.output).take_while(inside).count();
        for (row, line) in self.rows.clone().zip(line.chunks_exact_mut(self.windows.output_row())) {
            let Some(source_row) = rows.source(row, ky) else { continue };
            let source_row = (self.channel * rows.input + source_row) * columns.input;
            let source = source_row + column * columns.stride + kx * columns.dilation - columns.padding;
            let (to, x) = (&mut line[column * images..(column + count) * images], &self.x[source * images..]);
            if images == 1 {
                to.iter_mut().zip(x.iter().step_by(columns.stride)).for_each(|(to, from)| *to = *from);
            } else {
                let windows = to.chunks_exact_mut(images).zip(x.chunks(columns.stride * images));
                windows.for_each(|(to, from)| to.copy_from_slice(&from[..images]));
            }
        }
    }

    /// `count` windows side by side, each a lane: `taps` are the places in a window and where lane 0 meets them in x.
    #[inline(always)]
    fn side_by_side<V: Vector<Element = T>, const MAXIMUM: bool>(
        &self,
        taps: &[(usize, usize)],
        x: &[T],
        count: usize,
        to: usize,
        argmax: Shared<T>,
    ) {
        for_vectors!(V, 0..count, |lane, count| {
            let mut result = if MAXIMUM { V::constant(f64::NEG_INFINITY) } else { V::zero() };
            let mut places = V::zero();
            for &(place, from) in taps {
                // SAFETY: the place lies within x.
                let x = unsafe { V::load_up_to(x.as_ptr().add(from + lane), count) };
                if MAXIMUM {
                    (result, places) = larger((result, places), x, place);
                } else {
                    result = result.add(x);
                }
            }
            // SAFETY: the lanes lie within the outputs, and these rows are ours.
            unsafe {
                if MAXIMUM {
                    places.store_up_to(argmax.at(to + lane), count);
                } else {
                    result = result.div(V::constant(self.windows.area() as f64));
                }
                result.store_up_to(self.out.at(to + lane), count);
            }
        });
    }
}

/// The maximum so far and its argmax, after one more number of the window: the first of equals stays, a NaN is passed
/// on.
#[inline(always)]
pub fn larger<V: Vector>((maximum, argmax): (V, V), x: V, place: usize) -> (V, V) {
    let (place, is_larger, is_number) = (V::constant(place as f64), maximum.less(x), x.equal(x));
    let argmax = V::select(is_larger, place, V::select(is_number, argmax, place));
    (V::select(is_larger, x, V::select(is_number, maximum, x)), argmax)
}

/// `x [c, h, w, n] -> (maximum, argmax) [c, h', w', n]`.
pub fn max_forward<T: Float>(windows: &Windows, x: &[T]) -> Result<(Vec<T>, Vec<T>)> {
    let length = windows.channels * windows.rows.output * windows.output_row();
    windows.ensure_scratch()?;
    // SAFETY: the rows cover both outputs.
    unsafe {
        filled_pair([length; 2], |out, argmax| {
            windows.for_output_rows(|channel, rows| {
                T::dispatch(Forward { windows, x, out, argmax: Some(argmax), channel, rows });
            });
        })
    }
}

/// `x [c, h, w, n] -> y [c, h', w', n]`.
pub fn average_forward<T: Float>(windows: &Windows, x: &[T]) -> Result<Vec<T>> {
    windows.ensure_scratch()?;
    // SAFETY: the rows cover the output.
    unsafe {
        filled(windows.channels * windows.rows.output * windows.output_row(), |out| {
            windows.for_output_rows(|channel, rows| {
                T::dispatch(Forward { windows, x, out, argmax: None, channel, rows });
            });
        })
    }
}
