//! The gradient of a pooling.

use std::ops::Range;

use super::runs::Runs;
use super::windows::Windows;
use crate::error::Result;
use crate::kernels::buffer::{Shared, filled};
use crate::kernels::geometry::Axis;
use crate::kernels::vector::{Float, Kernel, Vector, for_vectors};

/// Which share of a window's gradient each of its numbers takes.
#[derive(Clone, Copy)]
pub enum Share<'a, T> {
    /// The maximum takes all, where the pooled `value`, if given, is positive: then the gradient of the ReLU that came
    /// before the pooling is in it too.
    Largest { argmax: &'a [T], value: Option<&'a [T]> },
    /// Each number takes the same.
    Equal,
}

/// One row of one channel of the input.
struct Backward<'a, T> {
    windows: &'a Windows,
    runs: &'a Runs,
    dy: &'a [T],
    share: Share<'a, T>,
    out: Shared<T>,
    channel: usize,
    row: usize,
}

impl<T: Float> Kernel<T> for Backward<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let Windows { images, rows, columns, .. } = *self.windows;
        let target = |ky| Some((ky, (self.channel * rows.output + rows.target(self.row, ky)?) * columns.output));
        let row = (self.channel * rows.input + self.row) * columns.input;
        self.runs.for_each(images, (0..rows.kernel).filter_map(target), |run, taps| {
            // SAFETY: the places lie within the output, and this row is ours.
            let to = |place: usize| unsafe { self.out.at((row + run.first + place * self.runs.step) * images) };
            if self.runs.step == 1 {
                self.places::<V>(taps, 0..run.count * images, to(0));
            } else {
                for place in 0..run.count {
                    self.places::<V>(taps, place * images..(place + 1) * images, to(place));
                }
            }
        });
    }
}

impl<T: Float> Backward<'_, T> {
    /// Some lanes of a run whose first place has these taps.
    #[inline(always)]
    fn places<V: Vector<Element = T>>(&self, taps: &[(T, usize)], lanes: Range<usize>, to: *mut T) {
        let first = lanes.start;
        for_vectors!(V, lanes, |lane, count| {
            let mut sum = V::zero();
            for &(place, from) in taps {
                let from = from + lane;
                // SAFETY: the window lies within dy, and argmax and value have the size of dy.
                unsafe {
                    let mut term = V::load_up_to(self.dy.as_ptr().add(from), count);
                    if let Share::Largest { argmax, value } = self.share {
                        let argmax = V::load_up_to(argmax.as_ptr().add(from), count);
                        term = V::select(argmax.equal(V::splat(place)), term, V::zero());
                        if let Some(value) = value {
                            let value = V::load_up_to(value.as_ptr().add(from), count);
                            term = V::select(value.less_equal(V::zero()), V::zero(), term);
                        }
                    }
                    sum = sum.add(term);
                }
            }
            if matches!(self.share, Share::Equal) {
                sum = sum.div(V::constant(self.windows.area() as f64));
            }
            // SAFETY: the caller gives a place for these lanes.
            unsafe { sum.store_up_to(to.add(lane - first), count) };
        });
    }
}

/// One row of windows that neither overlap nor leave an element out: each window is read once for all its elements.
struct Disjoint<'a, T> {
    windows: &'a Windows,
    dy: &'a [T],
    share: Share<'a, T>,
    out: Shared<T>,
    channel: usize,
    row: usize,
}

impl<T: Float> Kernel<T> for Disjoint<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let Windows { images, rows, columns, .. } = *self.windows;
        let from = (self.channel * rows.output + self.row) * self.windows.output_row();
        for ky in 0..rows.kernel {
            let to = (self.channel * rows.input + self.row * rows.kernel + ky) * self.windows.input_row();
            for column in 0..columns.output {
                let (from, to) = (from + column * images, to + column * columns.kernel * images);
                for_vectors!(V, 0..images, |image, count| self.window::<V>(from + image, to + image, ky, count));
            }
        }
    }
}

impl<T: Float> Disjoint<'_, T> {
    /// `count` images of one row of one window.
    #[inline(always)]
    fn window<V: Vector<Element = T>>(&self, from: usize, to: usize, ky: usize, count: usize) {
        let Windows { images, columns, .. } = *self.windows;
        // SAFETY: the window lies within dy, and argmax and value have the size of dy; the elements of the window are ours.
        unsafe {
            let mut gradient = V::load_up_to(self.dy.as_ptr().add(from), count);
            let mut largest = None;
            if let Share::Largest { argmax, value } = self.share {
                largest = Some(V::load_up_to(argmax.as_ptr().add(from), count));
                if let Some(value) = value {
                    let value = V::load_up_to(value.as_ptr().add(from), count);
                    gradient = V::select(value.less_equal(V::zero()), V::zero(), gradient);
                }
            }
            gradient = V::zero().add(gradient); // the chain's start: +0 where the gradient is -0
            if largest.is_none() {
                gradient = gradient.div(V::constant(self.windows.area() as f64));
            }
            for kx in 0..columns.kernel {
                let mut share = gradient;
                if let Some(argmax) = largest {
                    let place = V::constant((ky * columns.kernel + kx) as f64);
                    share = V::select(argmax.equal(place), gradient, V::zero());
                }
                share.store_up_to(self.out.at(to + kx * images), count);
            }
        }
    }
}

/// `dy [c, h', w', n] -> dx [c, h, w, n]`.
pub fn backward<T: Float>(windows: &Windows, dy: &[T], share: Share<T>) -> Result<Vec<T>> {
    let length = windows.channels * windows.rows.input * windows.input_row();
    let disjoint = |axis: Axis| {
        axis.padding == 0 && axis.dilation == 1 && axis.stride == axis.kernel && axis.input == axis.output * axis.kernel
    };
    if disjoint(windows.rows) && disjoint(windows.columns) {
        // SAFETY: the windows cover the output.
        return unsafe {
            filled(length, |out| {
                windows.for_rows(windows.rows.output, windows.output_row(), |channel, row| {
                    T::dispatch_for(windows.images, Disjoint { windows, dy, share, out, channel, row });
                });
            })
        };
    }
    if length == 0 {
        return Ok(Vec::new()); // an empty tensor's shape may name any number of columns
    }
    windows.ensure_scratch()?;
    let runs = Runs::of_inputs(windows.columns)?;
    // SAFETY: the rows cover the output.
    unsafe {
        filled(length, |out| {
            windows.for_rows(windows.rows.input, windows.input_row(), |channel, row| {
                T::dispatch_for(windows.images, Backward { windows, runs: &runs, dy, share, out, channel, row });
            });
        })
    }
}
