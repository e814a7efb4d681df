//! Some rows of places, for some output channels: all blocks of terms, one after the other.

use std::ops::Range;

use super::products::{Products, ReadAhead, Run};
use super::transforms::output_gradient;
use super::whole::Whole;
use crate::kernels::convolution::lines::Lines;
use crate::kernels::convolution::patch::{Patch, Transform};
use crate::kernels::convolution::six_points::{SIDE, TILE};
use crate::kernels::copy::Transpose;
use crate::kernels::geometry::Geometry;
use crate::kernels::vector::{Float, Kernel, Vector};

/// Terms of a block: images of one tile.
pub(super) const TERMS: usize = 16;

pub(super) struct Task<'a, T> {
    pub(super) whole: &'a Whole<'a, T>,
    /// Rows of places.
    pub(super) rows: Range<usize>,
    /// Output channels.
    pub(super) channels: Range<usize>,
}

impl<T: Float> Kernel<T> for Task<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let Self { whole, ref rows, ref channels } = self;
        let (in_channels, out_channels) = (whole.in_channels, channels.len());
        let (images, [down, across]) = (whole.geometry.images, whole.tiles);
        let places = SIDE * rows.len();
        // Of x `[place of these rows, term, channel]`, zeros for channels that it has not; of dy `[place, channel, term]`.
        let mut inputs = vec![T::ZERO; places * TERMS * in_channels];
        let mut outputs = Vec::<T>::with_capacity(places * TERMS * out_channels);
        let (inputs, outputs) = (inputs.as_mut_ptr(), outputs.as_mut_ptr());
        let mut ahead = ReadAhead { runs: Vec::with_capacity(SIDE * SIDE + TILE * TILE) };
        let blocks = images.div_ceil(TERMS);
        let block = |index: usize| {
            let tile = index / blocks;
            Block { task: &self, tile: [tile / across, tile % across], first: index % blocks * TERMS }
        };
        let all = down * across * blocks;
        for index in 0..all {
            let here = block(index);
            if index + 1 < all {
                block(index + 1).read_soon(&mut ahead);
            }
            T::dispatch_for(images, Inputs { block: here, to: inputs });
            T::dispatch_for(images, Outputs { block: here, to: outputs });
            for place in 0..places {
                // SAFETY: both were written for all terms; the sums of these places and channels are this task's alone.
                unsafe {
                    T::dispatch(Products {
                        terms: TERMS.min(images - here.first),
                        x: inputs.add(place * TERMS * in_channels),
                        dy: outputs.add(place * TERMS * out_channels),
                        dy_step: TERMS,
                        sums: whole.sums.at(whole.sum(rows.start * SIDE + place, channels.start)),
                        in_channels,
                        out_channels,
                        begins: index == 0,
                        ahead: &mut ahead,
                    });
                }
            }
        }
    }
}

/// The images from `first` on of one tile, `[row, column]`.
struct Block<'a, T> {
    task: &'a Task<'a, T>,
    tile: [usize; 2],
    first: usize,
}

impl<T> Clone for Block<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Block<'_, T> {}

impl<T: Float> Block<'_, T> {
    /// The patch of x from an input channel on.
    fn patch(&self, channel: usize) -> Patch<T, SIDE> {
        let whole = self.task.whole;
        let Geometry { rows, columns, images, .. } = *whole.geometry;
        let (size, padding) = ([rows.input, columns.input], [rows.padding, columns.padding]);
        let source = &whole.x[channel * size[0] * size[1] * images..];
        Patch::new(source, images, size, padding, self.tile.map(|place| place * TILE))
    }

    /// What the block's transforms read.
    fn read_soon(&self, ahead: &mut ReadAhead<T>) {
        let Block { task: Task { whole, channels, .. }, tile: [row, column], first } = *self;
        let Geometry { rows, columns, images, in_channels, .. } = *whole.geometry;
        let (height, width) = (rows.output, columns.output);
        ahead.runs.clear();
        let patch = self.patch(0);
        ahead.runs.extend(patch.places(first).map(|at| Run { at, step: patch.step, left: in_channels }));
        for row in row * TILE..height.min((row + 1) * TILE) {
            for column in column * TILE..width.min((column + 1) * TILE) {
                let place = (channels.start * height + row) * width + column;
                let at = whole.dy[place * images + first..].as_ptr();
                ahead.runs.push(Run { at, step: height * width * images, left: channels.len() });
            }
        }
    }
}

/// `B^T d B` of a block, of all input channels.
struct Inputs<'a, T> {
    block: Block<'a, T>,
    to: *mut T,
}

impl<T: Float> Kernel<T> for Inputs<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let Block { task: Task { whole, rows: of_places, .. }, first, .. } = self.block;
        let Geometry { images, in_channels, .. } = *whole.geometry;
        let count = SIDE * of_places.len();
        // `[channel, place, lane]`.
        let mut transforms = Vec::<T>::with_capacity(V::LANES * count * V::LANES);
        for channel in (0..in_channels).step_by(V::LANES) {
            let channels = V::LANES.min(in_channels - channel);
            let patch = self.block.patch(channel);
            for lane in (0..TERMS.min(images - first)).step_by(V::LANES) {
                let to = transforms.as_mut_ptr();
                Transform::<T, TILE, SIDE> {
                    patch,
                    channels,
                    lane: first + lane,
                    left: images - first - lane,
                    vectors: 1,
                    of_places: of_places.clone(),
                    to,
                }
                .run::<V>();
                for place in 0..count {
                    // SAFETY: the transforms were written; there is room for whole vectors of terms and channels.
                    unsafe {
                        Transpose {
                            from: to.add(place * V::LANES),
                            from_step: count * V::LANES,
                            rows: channels,
                            columns: V::LANES,
                            to: self.to.add((place * TERMS + lane) * whole.in_channels + channel),
                            to_step: whole.in_channels,
                        }
                        .run::<V>();
                    }
                }
            }
        }
    }
}

/// `A dy A^T` of a block, of the task's output channels.
struct Outputs<'a, T> {
    block: Block<'a, T>,
    to: *mut T,
}

impl<T: Float> Kernel<T> for Outputs<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let Block { task: Task { whole, rows: of_places, channels }, tile: [row, column], first } = self.block;
        let geometry = whole.geometry;
        let (height, width, images) = (geometry.rows.output, geometry.columns.output, geometry.images);
        let (rows, columns) = (TILE.min(height - row * TILE), TILE.min(width - column * TILE));
        for (at, channel) in channels.clone().enumerate() {
            let from = &whole.dy[((channel * height + row * TILE) * width + column * TILE) * images + first..];
            for lane in (0..TERMS.min(images - first)).step_by(V::LANES) {
                let left = images - first - lane;
                let mut lines = Lines::<V, SIDE, TILE>::new();
                for c in 0..TILE {
                    if c >= columns {
                        lines.set_column(c, [V::zero(); SIDE]);
                        continue;
                    }
                    let mut y = [V::zero(); TILE];
                    for r in 0..rows {
                        // SAFETY: these images of the tile's places lie in dy.
                        y[r] = unsafe { V::load_up_to(from.as_ptr().add((r * width + c) * images + lane), left) };
                    }
                    lines.set_column(c, output_gradient(y));
                }
                let mut to = self.to.wrapping_add(at * TERMS + lane);
                for row in of_places.clone() {
                    // SAFETY: all columns were set.
                    let values = output_gradient(unsafe { lines.row(row) });
                    for c in 0..SIDE {
                        // SAFETY: there is room for all places and channels.
                        unsafe { values[c].store(to) };
                        to = to.wrapping_add(TERMS * channels.len());
                    }
                }
            }
        }
    }
}
