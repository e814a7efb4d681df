//! Batch norm, perhaps a ReLU, and a max-pooling by 2x2 windows that lie apart, in one: what is pooled is never written.
//!
//! A window's maximum and its argmax are what [`crate::kernels::pooling`] gives of the output. Back, the gradient of a
//! window goes to the term that its argmax names: each pass over the terms spreads it out a few blocks at a time.

use std::ops::Range;

use super::channels::{Affine, Scaled, relu_if};
use super::forward::{By, Write, forward};
use super::moments::Centre;
use crate::error::Result;
use crate::kernels::buffer::{Shared, room};
use crate::kernels::pooling::larger;
use crate::kernels::vector::{Float, Vector, for_vectors};

/// Images `[channel, row, column, image]` that are pooled. Windows leave out the last of an odd number of rows or columns.
#[derive(Clone, Copy, Debug)]
pub struct Halves {
    pub rows: usize,
    pub columns: usize,
    pub images: usize,
}

impl Halves {
    /// The length of a row of windows.
    fn row(self) -> usize {
        self.columns / 2 * self.images
    }
    /// How many windows a channel has.
    pub fn windows(self) -> usize {
        self.rows / 2 * self.row()
    }
}

/// The maximum of each window, and its argmax.
struct Pooled<'a, T> {
    affine: Affine<'a, T>,
    halves: Halves,
    argmax: Shared<T>,
}

impl<T: Float> Write<T> for Pooled<'_, T> {
    fn length(&self, _: usize) -> usize {
        self.halves.windows()
    }
    #[inline(always)]
    unsafe fn write<V: Vector<Element = T>>(&self, set: usize, terms: Range<usize>, centre: Centre<T>, x: *const T, y: *mut T) {
        let (scale, shift) = self.affine.scale_and_shift(set, centre);
        let scaled = Scaled::<V>::new([centre.centre, scale, shift]);
        // Rows of windows are divided as the terms are.
        let (of_set, rows) = (self.affine.channels.terms, self.halves.rows / 2);
        let rows = rows * terms.start / of_set..rows * terms.end / of_set;
        // SAFETY: the caller's promise; there is an argmax for each maximum.
        unsafe {
            let argmax = self.argmax.at(set * self.halves.windows());
            if self.affine.relu {
                self.rows::<V, true>(rows, scaled, x, y, argmax);
            } else {
                self.rows::<V, false>(rows, scaled, x, y, argmax);
            }
        }
    }
}

impl<T: Float> Pooled<'_, T> {
    /// # Safety
    /// `x` must be valid for the channel, `y` and `argmax` for its windows.
    #[inline(always)]
    unsafe fn rows<V: Vector<Element = T>, const RELU: bool>(
        &self,
        rows: Range<usize>,
        scaled: Scaled<V>,
        x: *const T,
        y: *mut T,
        argmax: *mut T,
    ) {
        let Halves { columns, images, .. } = self.halves;
        for row in rows {
            for column in 0..columns / 2 {
                let from = (2 * row * columns + 2 * column) * images;
                let to = row * self.halves.row() + column * images;
                for_vectors!(V, 0..images, |image, count| {
                    // SAFETY: the caller's promise.
                    unsafe {
                        let x = x.add(from + image);
                        let mut best = (relu_if::<V, RELU>(scaled.of(V::load_up_to(x, count))), V::zero());
                        for place in 1..4 {
                            let x = V::load_up_to(x.add((place / 2 * columns + place % 2) * images), count);
                            best = larger(best, relu_if::<V, RELU>(scaled.of(x)), V::constant(place as f64));
                        }
                        best.0.store_up_to(y.add(to + image), count);
                        best.1.store_up_to(argmax.add(to + image), count);
                    }
                });
            }
        }
    }
}

/// `x [c, h, w, n] -> (maximum, argmax [c, h / 2, w / 2, n], the channels' means and variances [2, c])`.
pub fn forward_pooled<T: Float>(
    x: &[T],
    affine: Affine<T>,
    halves: Halves,
    by: By,
    epsilon: f64,
) -> Result<(Vec<T>, Vec<T>, Vec<f64>)> {
    let (channels, length) = (affine.channels.channels, affine.channels.channels * halves.windows());
    let mut argmax = room(length)?;
    let write = Pooled { affine, halves, argmax: Shared::new(argmax.as_mut_ptr()) };
    let (y, statistics) = forward(x, channels, by, epsilon, &write)?;
    // SAFETY: there is room for all windows, and each was written beside its maximum.
    unsafe { argmax.set_len(y.len()) };
    Ok((y, argmax, statistics))
}

/// The gradient of a max-pooling by halves.
#[derive(Clone, Copy)]
pub struct Windows<'a, T> {
    pub halves: Halves,
    /// Each `[c, h / 2, w / 2, n]`.
    pub dy: &'a [T],
    pub argmax: &'a [T],
}

impl<T: Float> Windows<'_, T> {
    /// The gradients of `count` terms of all channels from term `first` on.
    ///
    /// # Safety
    /// There must be these terms, and room for them at `to`.
    #[inline(always)]
    pub(super) unsafe fn spread<V: Vector<Element = T>>(&self, first: usize, count: usize, to: *mut T) {
        let Halves { rows, columns, images } = self.halves;
        let (pixel, mut image, mut done) = (first / images, first % images, 0);
        let (line, mut column) = (pixel / columns, pixel % columns);
        let (mut channel, mut row) = (line / rows, line % rows);
        while done < count {
            let length = (images - image).min(count - done);
            let inside = row < rows / 2 * 2 && column < columns / 2 * 2;
            let from = channel * self.halves.windows() + row / 2 * self.halves.row() + column / 2 * images + image;
            let place = V::constant((row % 2 * 2 + column % 2) as f64);
            for_vectors!(V, 0..length, |i, left| {
                // SAFETY: the caller's promise; a window lies behind each term inside.
                unsafe {
                    let gradient = if inside { self.window::<V>(place, from + i, left) } else { V::zero() };
                    gradient.store_up_to(to.add(done + i), left);
                }
            });
            done += length;
            image = 0;
            column += 1;
            if column == columns {
                (column, row) = (0, row + 1);
            }
            if row == rows {
                (row, channel) = (0, channel + 1);
            }
        }
    }

    /// What the numbers at `place` of their windows take of the windows from `from` on.
    ///
    /// # Safety
    /// There must be these windows.
    #[inline(always)]
    unsafe fn window<V: Vector<Element = T>>(&self, place: V, from: usize, left: usize) -> V {
        // SAFETY: the caller's promise.
        unsafe {
            // The pooling's sum: +0 where the gradient is -0.
            let gradient = V::zero().add(V::load_up_to(self.dy.as_ptr().add(from), left));
            let argmax = V::load_up_to(self.argmax.as_ptr().add(from), left);
            V::select(argmax.equal(place), gradient, V::zero())
        }
    }
}
