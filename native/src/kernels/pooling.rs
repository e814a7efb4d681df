//! Pooling over windows of `[channel, row, column, image]`, images innermost.
//!
//! Maximum: the first largest tap of a window in the order (ky, kx) takes the whole gradient; NaN passes on.
//! `dx[i] = sum over the windows that chose i of dy`, a chain over their taps (ky, kx) in ascending order.
//! Average: `y = (chain over (ky, kx) of x) / (kernel area)`; padding counts as zeros.

use std::ops::Range;

use super::buffer::{Shared, filled, filled_pair};
use super::geometry::Axis;
use super::vector::{Float, Kernel, Vector};
use crate::error::Result;
use crate::{memory, parallel};

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
    /// Asks for the memory in which each thread lists a window's taps and lays windows out.
    fn ensure_scratch(&self) -> Result<()> {
        let row = self.area() * self.output_row();
        let laid_out = if self.images < FEW_IMAGES && row <= MOST_LAID_OUT { row.max(LAID_OUT) } else { 0 };
        memory::ensure(parallel::threads(), self.area() * size_of::<(usize, usize)>() + laid_out * size_of::<f64>())
    }
    fn input_row(&self) -> usize {
        self.columns.input * self.images
    }
    fn output_row(&self) -> usize {
        self.columns.output * self.images
    }
    fn for_output_rows(&self, function: impl Fn(usize, Range<usize>) + Sync) {
        if self.images < FEW_IMAGES {
            let rows = (LAID_OUT / (self.area() * self.output_row()).max(1)).clamp(1, self.rows.output.max(1));
            self.for_rows(self.rows.output.div_ceil(rows), rows * self.output_row(), |channel, piece| {
                function(channel, piece * rows..((piece + 1) * rows).min(self.rows.output));
            });
        } else {
            self.for_rows(self.rows.output, self.output_row(), |channel, row| function(channel, row..row + 1));
        }
    }
    fn for_rows(&self, rows: usize, row_length: usize, function: impl Fn(usize, usize) + Sync) {
        let grain = (parallel::WORTH_A_THREAD / (row_length * self.area()).max(1)).max(1);
        let total = self.channels * rows;
        let pieces = total.div_ceil(grain).min(8 * parallel::threads());
        parallel::for_each(pieces, |piece| {
            for index in total * piece / pieces..total * (piece + 1) / pieces {
                function(index % self.channels, index / self.channels);
            }
        });
    }
}

/// Some rows of windows of one channel.
struct Forward<'a, T> {
    windows: &'a Windows,
    x: &'a [T],
    out: Shared<T>,
    /// Where the maximum's tap goes, as a number; `None` for the average.
    tap: Option<Shared<T>>,
    channel: usize,
    rows: Range<usize>,
}

impl<T: Float> Kernel<T> for Forward<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        match self.tap {
            Some(tap) => self.windows::<V, true>(tap),
            None => self.windows::<V, false>(self.out),
        }
    }
}

/// Fewer images than these do not fill a vector, so windows are laid side by side.
const FEW_IMAGES: usize = 8;
/// Rows are laid out together up to so many elements, less than the nearest caches hold; one row alone up to the most.
const LAID_OUT: usize = 1 << 16;
const MOST_LAID_OUT: usize = 1 << 21;

impl<T: Float> Forward<'_, T> {
    #[inline(always)]
    fn windows<V: Vector<Element = T>, const MAXIMUM: bool>(&self, place_of_tap: Shared<T>) {
        let Windows { images, rows, columns, .. } = *self.windows;
        let first = |row: usize| (self.channel * rows.output + row) * self.windows.output_row();
        let mut taps = Vec::with_capacity(self.windows.area());
        let length = self.rows.len() * self.windows.output_row();
        if images < FEW_IMAGES && self.windows.area() * length <= MOST_LAID_OUT {
            let nothing = if MAXIMUM { T::of(f64::NEG_INFINITY) } else { T::ZERO };
            let mut lines = vec![nothing; self.windows.area() * length];
            for (tap, line) in lines.chunks_exact_mut(length.max(1)).enumerate() {
                taps.push((tap, tap * length));
                self.lay_out(tap / columns.kernel, tap % columns.kernel, line);
            }
            self.side_by_side::<V, MAXIMUM>(&taps, &lines, length, first(self.rows.start), place_of_tap);
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
                self.side_by_side::<V, MAXIMUM>(&taps, self.x, images, first(row) + column * images, place_of_tap);
            }
        }
    }

    /// What one tap meets, window after window; what it meets outside the image stays as it is.
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

    /// So many lanes, with the taps of the first.
    #[inline(always)]
    fn side_by_side<V: Vector<Element = T>, const MAXIMUM: bool>(
        &self,
        taps: &[(usize, usize)],
        x: &[T],
        count: usize,
        to: usize,
        place_of_tap: Shared<T>,
    ) {
        let whole = count - count % V::LANES;
        for lane in (0..whole).step_by(V::LANES) {
            self.window::<V, MAXIMUM>(taps, x, lane, to + lane, V::LANES, place_of_tap);
        }
        if whole < count {
            self.window::<V, MAXIMUM>(taps, x, whole, to + whole, count - whole, place_of_tap);
        }
    }

    /// `count` lanes from `lane` on: `taps` are their numbers and where lane 0 lies in x.
    #[inline(always)]
    fn window<V: Vector<Element = T>, const MAXIMUM: bool>(
        &self,
        taps: &[(usize, usize)],
        x: &[T],
        lane: usize,
        to: usize,
        count: usize,
        place_of_tap: Shared<T>,
    ) {
        let mut best = if MAXIMUM { V::constant(f64::NEG_INFINITY) } else { V::zero() };
        let mut place = V::zero();
        for &(tap, from) in taps {
            // SAFETY: the place lies within x.
            let x = unsafe { V::load_up_to(x.as_ptr().add(from + lane), count) };
            if MAXIMUM {
                (best, place) = larger((best, place), x, tap);
            } else {
                best = best.add(x);
            }
        }
        // SAFETY: the place lies within the outputs, and this row is ours.
        unsafe {
            if MAXIMUM {
                best.store_up_to(self.out.at(to), count);
                place.store_up_to(place_of_tap.at(to), count);
            } else {
                best.div(V::constant(self.windows.area() as f64)).store_up_to(self.out.at(to), count);
            }
        }
    }
}

/// The largest so far and its tap, after one more number of the window: the first of equals stays, a NaN is passed on.
#[inline(always)]
pub fn larger<V: Vector>((best, place): (V, V), x: V, tap: usize) -> (V, V) {
    let (tap, is_larger, is_number) = (V::constant(tap as f64), best.less(x), x.equal(x));
    let place = V::select(is_larger, tap, V::select(is_number, place, tap));
    (V::select(is_larger, x, V::select(is_number, best, x)), place)
}

/// `x [c, h, w, n] -> (y, tap) [c, h', w', n]`; the tap ky * kernel_columns + kx that was largest.
pub fn max_forward<T: Float>(windows: &Windows, x: &[T]) -> Result<(Vec<T>, Vec<T>)> {
    let length = windows.channels * windows.rows.output * windows.output_row();
    windows.ensure_scratch()?;
    // SAFETY: the rows cover both outputs.
    unsafe {
        filled_pair([length; 2], |out, tap| {
            windows.for_output_rows(|channel, rows| {
                T::dispatch(Forward { windows, x, out, tap: Some(tap), channel, rows });
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
                T::dispatch(Forward { windows, x, out, tap: None, channel, rows });
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
            let whole = images - images % V::LANES;
            for image in (0..whole).step_by(V::LANES) {
                self.place::<V>(&taps, image, to + image, V::LANES);
            }
            if whole < images {
                self.place::<V>(&taps, whole, to + whole, images - whole);
            }
        }
    }
}

impl<T: Float> Backward<'_, T> {
    /// `count` images of one place: `taps` are the numbers it has in its windows and where the first image's lie.
    #[inline(always)]
    fn place<V: Vector<Element = T>>(&self, taps: &[(usize, usize)], image: usize, to: usize, count: usize) {
        let mut sum = V::zero();
        for &(ours, from) in taps {
            let from = from + image;
            // SAFETY: the place lies within dy, and tap and value have its size.
            unsafe {
                let mut term = V::load_up_to(self.dy.as_ptr().add(from), count);
                if let Share::Largest { tap, value } = self.share {
                    let tap = V::load_up_to(tap.as_ptr().add(from), count);
                    term = V::select(tap.equal(V::constant(ours as f64)), term, V::zero());
                    if let Some(value) = value {
                        let value = V::load_up_to(value.as_ptr().add(from), count);
                        term = V::select(value.less_equal(V::zero()), V::zero(), term);
                    }
                }
                sum = sum.add(term);
            }
        }
        let sum = if matches!(self.share, Share::Equal) { sum.div(V::constant(self.windows.area() as f64)) } else { sum };
        // SAFETY: the place lies within the output, and this row is ours.
        unsafe { sum.store_up_to(self.out.at(to), count) };
    }
}

/// One row of windows that neither overlap nor leave a place out: each is read once for all its places.
struct Apart<'a, T> {
    windows: &'a Windows,
    dy: &'a [T],
    tap: &'a [T],
    value: Option<&'a [T]>,
    out: Shared<T>,
    channel: usize,
    row: usize,
}

impl<T: Float> Kernel<T> for Apart<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let Windows { images, rows, columns, .. } = *self.windows;
        let from = (self.channel * rows.output + self.row) * self.windows.output_row();
        for ky in 0..rows.kernel {
            let to = (self.channel * rows.input + self.row * rows.kernel + ky) * self.windows.input_row();
            for column in 0..columns.output {
                let (from, to) = (from + column * images, to + column * columns.kernel * images);
                let whole = images - images % V::LANES;
                for image in (0..whole).step_by(V::LANES) {
                    self.window::<V>(from + image, to + image, ky, V::LANES);
                }
                if whole < images {
                    self.window::<V>(from + whole, to + whole, ky, images - whole);
                }
            }
        }
    }
}

impl<T: Float> Apart<'_, T> {
    /// `count` images of one row of one window.
    #[inline(always)]
    fn window<V: Vector<Element = T>>(&self, from: usize, to: usize, ky: usize, count: usize) {
        let Windows { images, columns, .. } = *self.windows;
        // SAFETY: the window lies within dy, and tap and value have its size; its places are ours.
        unsafe {
            let mut gradient = V::load_up_to(self.dy.as_ptr().add(from), count);
            if let Some(value) = self.value {
                let value = V::load_up_to(value.as_ptr().add(from), count);
                gradient = V::select(value.less_equal(V::zero()), V::zero(), gradient);
            }
            let gradient = V::zero().add(gradient); // the chain's start: +0 where the gradient is -0
            let tap = V::load_up_to(self.tap.as_ptr().add(from), count);
            for kx in 0..columns.kernel {
                let ours = V::constant((ky * columns.kernel + kx) as f64);
                V::select(tap.equal(ours), gradient, V::zero()).store_up_to(self.out.at(to + kx * images), count);
            }
        }
    }
}

/// `dy [c, h', w', n] -> dx [c, h, w, n]`.
pub fn backward<T: Float>(windows: &Windows, dy: &[T], share: Share<T>) -> Result<Vec<T>> {
    let length = windows.channels * windows.rows.input * windows.input_row();
    let apart = |axis: Axis| {
        axis.padding == 0 && axis.dilation == 1 && axis.stride == axis.kernel && axis.input == axis.output * axis.kernel
    };
    if let Share::Largest { tap, value } = share
        && apart(windows.rows)
        && apart(windows.columns)
    {
        // SAFETY: the windows cover the output.
        return unsafe {
            filled(length, |out| {
                windows.for_rows(windows.rows.output, windows.output_row(), |channel, row| {
                    T::dispatch(Apart { windows, dy, tap, value, out, channel, row });
                });
            })
        };
    }
    windows.ensure_scratch()?;
    memory::ensure(windows.columns.output * windows.columns.kernel + windows.columns.input, size_of::<[usize; 3]>())?;
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
