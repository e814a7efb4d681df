//! A weight gradient, of which tasks sum places.

use std::ops::Range;

use super::blocks::TERMS;
use crate::kernels::buffer::Shared;
use crate::kernels::convolution::six_points::{PLACES, SIDE, TILE};
use crate::kernels::geometry::Geometry;
use crate::parallel;

/// Output channels that a task sums at most, and sums: they stay in the cache.
pub(super) const MOST_CHANNELS: usize = 64;
const MOST_SUMS: usize = 1 << 18;

pub(super) struct Whole<'a, T> {
    pub(super) geometry: &'a Geometry,
    /// `[i, h, w, n]` and `[o, h', w', n]`.
    pub(super) x: &'a [T],
    pub(super) dy: &'a [T],
    /// Tiles of a column and of a row.
    pub(super) tiles: [usize; 2],
    /// Input channels up to a multiple of 16: whole vectors.
    pub(super) in_channels: usize,
    /// `[place, output channel, input channel]`.
    pub(super) sums: Shared<T>,
}

impl<'a, T> Whole<'a, T> {
    pub(super) fn new(geometry: &'a Geometry, x: &'a [T], dy: &'a [T]) -> Self {
        let tiles = [geometry.rows, geometry.columns].map(|axis| axis.output.div_ceil(TILE));
        let in_channels = geometry.in_channels.next_multiple_of(16);
        Self { geometry, x, dy, tiles, in_channels, sums: Shared::new(std::ptr::null_mut()) }
    }
    /// Numbers of the sums, and of what a task needs beside them.
    pub(super) fn lengths(&self) -> [usize; 2] {
        let out_channels = self.geometry.out_channels;
        [PLACES * self.in_channels * out_channels, PLACES * TERMS * (self.in_channels + MOST_CHANNELS + 16)]
    }
    /// Where a place's sums of an output channel begin.
    pub(super) fn sum(&self, place: usize, o: usize) -> usize {
        (place * self.geometry.out_channels + o) * self.in_channels
    }
    /// What each task sums: rows of places, and output channels.
    ///
    /// A task reads all terms, so it takes as many rows as its sums stay in the cache for, and as leave every thread the
    /// same number of tasks.
    pub(super) fn tasks(&self) -> Vec<(Range<usize>, Range<usize>)> {
        let (threads, channels) = (parallel::threads(), self.geometry.out_channels);
        let least = channels.div_ceil(MOST_CHANNELS);
        let sums = |rows: usize, pieces: usize| rows * SIDE * channels.div_ceil(pieces) * self.in_channels;
        let mut divisions = (least..=(least + 3).min(channels)).flat_map(|pieces| [6, 3, 2, 1].map(|rows| (rows, pieces)));
        let even = |&(rows, pieces): &(usize, usize)| {
            (SIDE / rows * pieces).is_multiple_of(threads) && (rows == 1 || sums(rows, pieces) <= MOST_SUMS)
        };
        let (rows, pieces) = divisions.find(even).unwrap_or((1, least.max(threads.div_ceil(SIDE)).min(channels)));
        let piece = |piece: usize| parallel::share(channels, piece, pieces);
        (0..pieces).flat_map(|at| (0..SIDE).step_by(rows).map(move |row| (row..row + rows, piece(at)))).collect()
    }
}
