//! Some rows of places, for some output channels: all blocks of terms, one after the other.

use std::ops::Range;

use super::products::Products;
use super::transforms::{SIDE, TILE, input, output_gradient};
use super::whole::Whole;
use crate::kernels::vector::{Float, Kernel, Vector};

/// Terms of a block.
pub(super) const TERMS: usize = 16;

pub(super) struct Task<'a, T> {
    pub(super) whole: &'a Whole<'a, T>,
    /// Terms of the images that are laid out.
    pub(super) terms: usize,
    /// Whether these are the first images, whose first block is added to +0.
    pub(super) begins: bool,
    /// Rows of places.
    pub(super) rows: Range<usize>,
    /// Output channels.
    pub(super) channels: Range<usize>,
}

impl<T: Float> Kernel<T> for Task<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let Self { whole, ref rows, ref channels, .. } = self;
        let (in_channels, out_channels) = (whole.x.channels, channels.len());
        // `[place of these rows, term, channel]`, of x and of dy.
        let places = SIDE * rows.len();
        let mut scratch = Vec::<T>::with_capacity(places * TERMS * (in_channels + out_channels));
        let inputs = scratch.as_mut_ptr();
        // SAFETY: the second place lies behind the first; what is read of them was written before; the sums of these
        // places and output channels are this task's alone.
        unsafe {
            let outputs = inputs.add(places * TERMS * in_channels);
            for start in (0..self.terms).step_by(TERMS) {
                let terms = start..self.terms.min(start + TERMS);
                let count = terms.len();
                T::dispatch(Transforms { task: &self, terms, inputs, outputs });
                for place in 0..places {
                    T::dispatch(Products {
                        terms: count,
                        x: inputs.add(place * TERMS * in_channels),
                        dy: outputs.add(place * TERMS * out_channels),
                        sums: whole.sums.at(whole.sum(rows.start * SIDE + place, channels.start)),
                        in_channels,
                        out_channels,
                        begins: self.begins && start == 0,
                    });
                }
            }
        }
    }
}

/// The transforms of a block's terms: of all input channels, and of the task's output channels.
struct Transforms<'a, T> {
    task: &'a Task<'a, T>,
    terms: Range<usize>,
    inputs: *mut T,
    outputs: *mut T,
}

impl<T: Float> Kernel<T> for Transforms<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let Task { whole, rows, channels, .. } = self.task;
        let (x, dy) = (&whole.x, &whole.dy);
        let (in_channels, out_channels) = (x.channels, channels.len());
        for (i, term) in self.terms.enumerate() {
            // SAFETY: the term's image is laid out; `Task` has room for all places and terms.
            unsafe {
                let [patch, tile] = whole.places(term);
                for channel in (0..in_channels).step_by(V::LANES) {
                    let mut lines = [[V::zero(); SIDE]; SIDE];
                    for c in 0..SIDE {
                        let mut d = [V::zero(); SIDE];
                        for r in 0..SIDE {
                            d[r] = V::load(patch.add((r * x.width + c) * in_channels + channel));
                        }
                        let values = input(d);
                        for r in 0..SIDE {
                            lines[r][c] = values[r];
                        }
                    }
                    let mut to = self.inputs.add(i * in_channels + channel);
                    for row in rows.clone() {
                        let values = input(lines[row]);
                        for c in 0..SIDE {
                            values[c].store(to);
                            to = to.wrapping_add(TERMS * in_channels);
                        }
                    }
                }
                let tile = tile.add(channels.start);
                for channel in (0..out_channels).step_by(V::LANES) {
                    let mut lines = [[V::zero(); TILE]; SIDE];
                    for c in 0..TILE {
                        let mut y = [V::zero(); TILE];
                        for r in 0..TILE {
                            y[r] = V::load(tile.add((r * dy.width + c) * dy.channels + channel));
                        }
                        let values = output_gradient(y);
                        for r in 0..SIDE {
                            lines[r][c] = values[r];
                        }
                    }
                    let mut to = self.outputs.add(i * out_channels + channel);
                    for row in rows.clone() {
                        let values = output_gradient(lines[row]);
                        for c in 0..SIDE {
                            values[c].store(to);
                            to = to.wrapping_add(TERMS * out_channels);
                        }
                    }
                }
            }
        }
    }
}
