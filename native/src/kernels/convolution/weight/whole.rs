//! A weight gradient, of which tasks make tiles.

use std::ops::Range;

use crate::kernels::buffer::Shared;
use crate::kernels::geometry::Geometry;
use crate::kernels::vector::Vector;

#[derive(Clone, Copy)]
pub(super) struct Whole<'a, T> {
    pub(super) geometry: &'a Geometry,
    pub(super) x: &'a [T],
    pub(super) dy: &'a [T],
    pub(super) dw: Shared<T>,
    pub(super) db: Option<Shared<T>>,
}

/// Some weights that are summed together: a few output channels of one group, one input channel, one row of the kernel
/// and a few columns of the kernel.
#[derive(Clone, Copy)]
pub(super) struct Tile {
    pub(super) group: usize,
    pub(super) first: usize,
    pub(super) channels: usize,
    pub(super) input: usize,
    pub(super) ky: usize,
    pub(super) kx: usize,
    pub(super) columns: usize,
}

impl Tile {
    /// The output channels whose biases are summed beside this tile.
    pub(super) fn biases(&self, g: &Geometry) -> Range<usize> {
        let first = self.group * g.out_group() + self.first;
        if [self.input, self.ky, self.kx] == [0; 3] { first..first + self.channels } else { 0..0 }
    }
}

/// The most kernel columns of a tile.
pub(super) const TILE_COLUMNS: usize = 3;

/// The most output channels of a tile: a vector of each for every kernel column is kept in registers.
pub(super) const fn tile_out_channels<V: Vector>() -> usize {
    if V::REGISTERS >= 32 { 8 } else { 4 }
}
