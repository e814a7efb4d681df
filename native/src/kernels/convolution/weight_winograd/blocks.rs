//! Some rows of places, for some output channels: all blocks of terms, one after the other.

use std::ops::Range;

use super::products::{Products, Soon};
use super::transforms::output_gradient;
use super::whole::Whole;
use crate::kernels::convolution::patch::{Patch, Transform, places};
use crate::kernels::convolution::six_points::{SIDE, TILE};
use crate::kernels::copy::Transpose;
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
        let mut soon = Soon { runs: Vec::with_capacity(SIDE * SIDE + TILE * TILE) };
        let blocks = images.div_ceil(TERMS);
        let block = |index: usize| {
            let tile = index / blocks;
            Block { task: &self, tile: [tile / across, tile % across], first: index % blocks * TERMS }
        };
        let all = down * across * blocks;
        for index in 0..all {
            let here = block(index);
            if index + 1 < all {
                block(index + 1).read_soon(&mut soon);
            }
            T::dispatch(Inputs { block: here, to: inputs });
            T::dispatch(Outputs { block: here, to: outputs });
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
                        soon: &mut soon,
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
    /// What the block's transforms read.
    fn read_soon(&self, soon: &mut Soon<T>) {
        let Block { task: Task { whole, channels, .. }, tile: [row, column], first } = *self;
        let g = whole.geometry;
        let (inputs, outputs) = ([g.rows.input, g.columns.input], [g.rows.output, g.columns.output]);
        soon.runs.clear();
        let (rows, columns): ([_; SIDE], [_; SIDE]) =
            (places(row * TILE, g.rows.padding, inputs[0]), places(column * TILE, g.columns.padding, inputs[1]));
        for row in rows.into_iter().flatten() {
            for column in columns.into_iter().flatten() {
                let at = whole.x.as_ptr().wrapping_add((row * inputs[1] + column) * g.images + first);
                soon.runs.push((at, inputs[0] * inputs[1] * g.images, g.in_channels));
            }
        }
        let step = outputs[0] * outputs[1] * g.images;
        for row in row * TILE..outputs[0].min((row + 1) * TILE) {
            for column in column * TILE..outputs[1].min((column + 1) * TILE) {
                let at = whole.dy.as_ptr().wrapping_add(channels.start * step + (row * outputs[1] + column) * g.images + first);
                soon.runs.push((at, step, channels.len()));
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
        let Block { task: Task { whole, rows: of_places, .. }, tile: [row, column], first } = self.block;
        let geometry = whole.geometry;
        let (rows, columns, images) = (geometry.rows, geometry.columns, geometry.images);
        let row_places: [_; SIDE] = places(row * TILE, rows.padding, rows.input);
        let column_places: [_; SIDE] = places(column * TILE, columns.padding, columns.input);
        let step = rows.input * columns.input * images;
        let count = SIDE * of_places.len();
        // `[channel, place, lane]`.
        let mut transforms = Vec::<T>::with_capacity(V::LANES * count * V::LANES);
        for channel in (0..geometry.in_channels).step_by(V::LANES) {
            let channels = V::LANES.min(geometry.in_channels - channel);
            for lane in (0..TERMS.min(images - first)).step_by(V::LANES) {
                let patch = Patch {
                    rows: row_places.map(|row| whole.x[channel * step + row.unwrap_or(0) * columns.input * images..].as_ptr()),
                    columns: column_places.map(|column| column.unwrap_or(0) * images),
                    step,
                    inside: [row_places, column_places].map(|places| places.map(|place| place.is_some())),
                };
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
                let mut lines = [[V::zero(); TILE]; SIDE];
                for c in 0..columns {
                    let mut y = [V::zero(); TILE];
                    for r in 0..rows {
                        // SAFETY: these images of the tile's places lie in dy.
                        y[r] = unsafe { V::load_up_to(from.as_ptr().add((r * width + c) * images + lane), left) };
                    }
                    let values = output_gradient(y);
                    for r in 0..SIDE {
                        lines[r][c] = values[r];
                    }
                }
                let mut to = self.to.wrapping_add(at * TERMS + lane);
                for row in of_places.clone() {
                    let values = output_gradient(lines[row]);
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
