//! The maximum, its argmax, and the average of each window.

use std::ops::Range;

use super::runs::Runs;
use super::windows::{FEW_IMAGES, MOST_LAID_OUT, Windows};
use crate::error::Result;
use crate::kernels::buffer::{Shared, filled, filled_pair};
use crate::kernels::vector::{Float, Kernel, Vector, for_vectors};

/// Some rows of windows of one channel.
pub(super) struct Forward<'a, T> {
    pub(super) windows: &'a Windows,
    pub(super) runs: &'a Runs,
    pub(super) x: &'a [T],
    pub(super) out: Shared<T>,
    /// Where the argmax goes; `None` for the average.
    pub(super) argmax: Option<Shared<T>>,
    pub(super) channel: usize,
    pub(super) rows: Range<usize>,
}

/// Stretches of `lanes` lanes, of which each begins `step` further in x than the one before.
struct Pieces {
    count: usize,
    lanes: usize,
    step: usize,
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
        let length = self.rows.len() * self.windows.output_row();
        if images < FEW_IMAGES && self.windows.area() * length <= MOST_LAID_OUT {
            let initial = if MAXIMUM { T::of(f64::NEG_INFINITY) } else { T::ZERO };
            let mut taps = Vec::with_capacity(self.windows.area());
            let mut lines = vec![initial; self.windows.area() * length];
            for (tap, line) in lines.chunks_exact_mut(length.max(1)).enumerate() {
                taps.push((T::of(tap as f64), tap * length));
                self.lay_out(tap / columns.kernel, tap % columns.kernel, line);
            }
            let all = Pieces { count: 1, lanes: length, step: 0 };
            self.pieces::<V, MAXIMUM>(&taps, &lines, all, first(self.rows.start), argmax);
            return;
        }
        for row in self.rows.clone() {
            let source = |ky| Some((ky, (self.channel * rows.input + rows.source(row, ky)?) * columns.input));
            self.runs.for_each(images, (0..rows.kernel).filter_map(source), |run, taps| {
                let to = first(row) + run.first * images;
                let windows = Pieces { count: run.count, lanes: images, step: self.runs.shift * images };
                self.pieces::<V, MAXIMUM>(taps, self.x, windows, to, argmax);
            });
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

    /// Pieces of lanes, each lane a window; the results lie side by side. `taps` are the places in a window and where
    /// lane 0 meets them in x.
    #[inline(always)]
    fn pieces<V: Vector<Element = T>, const MAXIMUM: bool>(
        &self,
        taps: &[(T, usize)],
        x: &[T],
        Pieces { count, lanes, step }: Pieces,
        to: usize,
        argmax: Shared<T>,
    ) {
        // Two at a time: a maximum waits for the one before it.
        for piece in (0..count - count % 2).step_by(2) {
            self.some::<V, MAXIMUM, 2>(taps, x, piece * step, [lanes, step], to + piece * lanes, argmax);
        }
        for piece in count - count % 2..count {
            self.some::<V, MAXIMUM, 1>(taps, x, piece * step, [lanes, step], to + piece * lanes, argmax);
        }
    }

    /// W pieces, the first of which begins `shift` further in x than the taps say.
    #[inline(always)]
    fn some<V: Vector<Element = T>, const MAXIMUM: bool, const W: usize>(
        &self,
        taps: &[(T, usize)],
        x: &[T],
        shift: usize,
        [lanes, step]: [usize; 2],
        to: usize,
        argmax: Shared<T>,
    ) {
        for_vectors!(V, 0..lanes, |lane, count| {
            let mut results = [if MAXIMUM { V::constant(f64::NEG_INFINITY) } else { V::zero() }; W];
            let mut places = [V::zero(); W];
            for &(place, from) in taps {
                for w in 0..W {
                    // SAFETY: the place lies within x.
                    let x = unsafe { V::load_up_to(x.as_ptr().add(from + shift + w * step + lane), count) };
                    if MAXIMUM {
                        (results[w], places[w]) = larger((results[w], places[w]), x, V::splat(place));
                    } else {
                        results[w] = results[w].add(x);
                    }
                }
            }
            for w in 0..W {
                let to = to + w * lanes + lane;
                // SAFETY: the lanes lie within the outputs, and these rows are ours.
                unsafe {
                    if MAXIMUM {
                        places[w].store_up_to(argmax.at(to), count);
                    } else {
                        results[w] = results[w].div(V::constant(self.windows.area() as f64));
                    }
                    results[w].store_up_to(self.out.at(to), count);
                }
            }
        });
    }
}

/// The maximum so far and its argmax, after one more number of the window: the first of equals stays, a NaN is passed
/// on.
#[inline(always)]
pub fn larger<V: Vector>((maximum, argmax): (V, V), x: V, place: V) -> (V, V) {
    let (is_larger, is_number) = (maximum.less(x), x.equal(x));
    let argmax = V::select(is_larger, place, V::select(is_number, argmax, place));
    (V::select(is_larger, x, V::select(is_number, maximum, x)), argmax)
}

/// `x [c, h, w, n] -> (maximum, argmax) [c, h', w', n]`.
pub fn max_forward<T: Float>(windows: &Windows, x: &[T]) -> Result<(Vec<T>, Vec<T>)> {
    let length = windows.channels * windows.rows.output * windows.output_row();
    if length == 0 {
        return Ok((Vec::new(), Vec::new())); // an empty tensor's shape may name any number of columns
    }
    windows.ensure_scratch()?;
    let runs = Runs::of_outputs(windows.columns)?;
    // SAFETY: the rows cover both outputs.
    unsafe {
        filled_pair([length; 2], |out, argmax| {
            windows.for_output_rows(|channel, rows| {
                T::dispatch_for(windows.lanes(), Forward { windows, runs: &runs, x, out, argmax: Some(argmax), channel, rows });
            });
        })
    }
}

/// `x [c, h, w, n] -> y [c, h', w', n]`.
pub fn average_forward<T: Float>(windows: &Windows, x: &[T]) -> Result<Vec<T>> {
    let length = windows.channels * windows.rows.output * windows.output_row();
    if length == 0 {
        return Ok(Vec::new()); // as for the maximum
    }
    windows.ensure_scratch()?;
    let runs = Runs::of_outputs(windows.columns)?;
    // SAFETY: the rows cover the output.
    unsafe {
        filled(length, |out| {
            windows.for_output_rows(|channel, rows| {
                T::dispatch_for(windows.lanes(), Forward { windows, runs: &runs, x, out, argmax: None, channel, rows });
            });
        })
    }
}
