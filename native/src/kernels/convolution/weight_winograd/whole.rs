//! A weight gradient, of which tasks sum places.

use std::ops::Range;

use super::padded::{CHANNELS, Padded};
use super::transforms::{SIDE, TILE};
use crate::error::Result;
use crate::kernels::buffer::Shared;
use crate::kernels::geometry::Geometry;
use crate::kernels::vector::Float;
use crate::parallel;

/// Output channels that a task sums at most, and sums: they stay in the cache.
pub(super) const MOST_CHANNELS: usize = 64;
const MOST_SUMS: usize = 1 << 18;

pub(super) struct Whole<'a, T> {
    /// Tiles of a column and of a row.
    pub(super) tiles: [usize; 2],
    pub(super) x: Padded<'a, T>,
    pub(super) dy: Padded<'a, T>,
    /// `[place, output channel, input channel]`, both up to what [`Padded`] has.
    pub(super) sums: Shared<T>,
}

impl<'a, T: Float> Whole<'a, T> {
    pub(super) fn new(geometry: &Geometry, x: &'a [T], dy: &'a [T]) -> Result<Self> {
        let Geometry { images, in_channels, out_channels, rows, columns, .. } = *geometry;
        let tiles = [rows, columns].map(|axis| axis.output.div_ceil(TILE));
        let size = tiles.map(|tiles| tiles * TILE);
        let patches = size.map(|size| size + SIDE - TILE);
        Ok(Self {
            tiles,
            x: Padded::new(x, [in_channels, rows.input, columns.input, images], patches, [rows.padding, columns.padding])?,
            dy: Padded::new(dy, [out_channels, rows.output, columns.output, images], size, [0, 0])?,
            sums: Shared::new(std::ptr::null_mut()),
        })
    }
    /// Where a place's sums of an output channel begin.
    pub(super) fn sum(&self, place: usize, o: usize) -> usize {
        (place * self.dy.channels + o) * self.x.channels
    }
    /// What each task sums: rows of places, and output channels.
    ///
    /// A task reads all terms, so it takes as many rows as its sums stay in the cache for, and as leave every thread the
    /// same number of tasks.
    pub(super) fn tasks(&self) -> Vec<(Range<usize>, Range<usize>)> {
        let (threads, blocks) = (parallel::threads(), self.dy.channels / CHANNELS);
        let least = self.dy.channels.div_ceil(MOST_CHANNELS);
        let sums = |rows: usize, pieces: usize| rows * SIDE * CHANNELS * blocks.div_ceil(pieces) * self.x.channels;
        let mut divisions = (least..=(least + 3).min(blocks)).flat_map(|pieces| [6, 3, 2, 1].map(|rows| (rows, pieces)));
        let even = |&(rows, pieces): &(usize, usize)| {
            (SIDE / rows * pieces).is_multiple_of(threads) && (rows == 1 || sums(rows, pieces) <= MOST_SUMS)
        };
        let (rows, pieces) = divisions.find(even).unwrap_or((1, least.max(threads.div_ceil(SIDE)).min(blocks)));
        let piece = |piece: usize| CHANNELS * (blocks * piece / pieces)..CHANNELS * (blocks * (piece + 1) / pieces);
        (0..pieces).flat_map(|at| (0..SIDE).step_by(rows).map(move |row| (row..row + rows, piece(at)))).collect()
    }
    /// Where a term's patch of x and its tile of dy begin.
    ///
    /// # Safety
    /// The term's image must be laid out.
    #[inline(always)]
    pub(super) unsafe fn places(&self, term: usize) -> [*const T; 2] {
        let [down, across] = self.tiles;
        let (row, column) = (term / across, TILE * (term % across));
        let (image, row) = (row / down, TILE * (row % down));
        // SAFETY: the caller's promise; the padded images have all tiles and patches.
        unsafe { [self.x.patch(image, row, column), self.dy.patch(image, row, column)] }
    }
}
