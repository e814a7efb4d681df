//! The gradient of a pooling.

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
        let target_rows: Vec<(usize, usize)> = (0..rows.kernel)
            .filter_map(|ky| Some((ky, (self.channel * rows.output + rows.target(self.row, ky)?) * columns.output)))
            .collect();
        let mut taps = Vec::with_capacity(self.windows.area());
        for (column, meets) in self.columns.iter().enumerate() {
            let to = ((self.channel * rows.input + self.row) * columns.input + column) * images;
            taps.clear();
            for &(ky, target_row) in &target_rows {
                taps.extend(meets.iter().map(|&(target, kx)| (ky * columns.kernel + kx, (target_row + target) * images)));
            }
            for_vectors!(V, 0..images, |image, count| self.place::<V>(&taps, image, to + image, count));
        }
    }
}

impl<T: Float> Backward<'_, T> {
    /// `count` images of one element of the input: `taps` are its places in its windows and where the first image's
    /// windows lie.
    #[inline(always)]
    fn place<V: Vector<Element = T>>(&self, taps: &[(usize, usize)], image: usize, to: usize, count: usize) {
        let mut sum = V::zero();
        for &(place, from) in taps {
            let from = from + image;
            // SAFETY: the window lies within dy, and argmax and value have the size of dy.
            unsafe {
                let mut term = V::load_up_to(self.dy.as_ptr().add(from), count);
                if let Share::Largest { argmax, value } = self.share {
                    let argmax = V::load_up_to(argmax.as_ptr().add(from), count);
                    term = V::select(argmax.equal(V::constant(place as f64)), term, V::zero());
                    if let Some(value) = value {
                        let value = V::load_up_to(value.as_ptr().add(from), count);
                        term = V::select(value.less_equal(V::zero()), V::zero(), term);
                    }
                }
                sum = sum.add(term);
            }
        }
        let sum = if matches!(self.share, Share::Equal) { sum.div(V::constant(self.windows.area() as f64)) } else { sum };
        // SAFETY: the element lies within the output, and this row is ours.
        unsafe { sum.store_up_to(self.out.at(to), count) };
    }
}

/// One row of windows that neither overlap nor leave an element out: each window is read once for all its elements.
struct Disjoint<'a, T> {
    windows: &'a Windows,
    dy: &'a [T],
    argmax: &'a [T],
    value: Option<&'a [T]>,
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
            if let Some(value) = self.value {
                let value = V::load_up_to(value.as_ptr().add(from), count);
                gradient = V::select(value.less_equal(V::zero()), V::zero(), gradient);
            }
            let gradient = V::zero().add(gradient); // the chain's start: +0 where the gradient is -0
            let argmax = V::load_up_to(self.argmax.as_ptr().add(from), count);
            for kx in 0..columns.kernel {
                let place = V::constant((ky * columns.kernel + kx) as f64);
                V::select(argmax.equal(place), gradient, V::zero()).store_up_to(self.out.at(to + kx * images), count);
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
    if let Share::Largest { argmax, value } = share
        && disjoint(windows.rows)
        && disjoint(windows.columns)
    {
        // SAFETY: the windows cover the output.
        return unsafe {
            filled(length, |out| {
                windows.for_rows(windows.rows.output, windows.output_row(), |channel, row| {
                    T::dispatch(Disjoint { windows, dy, argmax, value, out, channel, row });
                });
            })
        };
    }
    let meets =
        |column: usize| (0..windows.columns.kernel).filter_map(|k| Some((windows.columns.target(column, k)?, k))).collect();
    let columns: Vec<Vec<(usize, usize)>> = (0..windows.columns.input).map(meets).collect();
    // SAFETY: the rows cover the output.
    unsafe {
        filled(length, |out| {
            windows.for_rows(windows.rows.input, windows.input_row(), |channel, row| {
                T::dispatch(Backward { windows, dy, share, out, channel, row, columns: &columns });
            });
        })
    }
}
