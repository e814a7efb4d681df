//! A weight gradient, of which tasks make tiles.

use std::ops::Range;

use crate::kernels::buffer::Shared;
use crate::kernels::geometry::Geometry;
use crate::kernels::normalization::Pending;
use crate::kernels::vector::Vector;

#[derive(Clone, Copy)]
pub(super) struct Whole<'a, T> {
    pub(super) geometry: &'a Geometry,
    pub(super) x: &'a [T],
    pub(super) pending: Option<Pending<'a, T>>,
    pub(super) dy: &'a [T],
    pub(super) dw: Shared<T>,
    pub(super) db: Option<Shared<T>>,
}

/// Some weights that are summed together: neighbouring taps of a few output channels of one group. A tap is an input
/// channel and a place in the kernel: `(i * kernel rows + ky) * kernel columns + kx`.
pub(super) struct Tile {
    pub(super) group: usize,
    pub(super) first: usize,
    pub(super) channels: usize,
    pub(super) taps: Range<usize>,
}

impl Tile {
    /// The output channels whose biases are summed beside this tile.
    pub(super) fn biases(&self, g: &Geometry) -> Range<usize> {
        let first = self.group * g.out_group() + self.first;
        if self.taps.start == 0 { first..first + self.channels } else { 0..0 }
    }
}

/// The most taps of a tile.
pub(super) const MOST_TAPS: usize = 6;

/// The most output channels of a tile: a vector of each for every tap is kept in registers.
pub(super) const fn tile_out_channels<V: Vector>() -> usize {
    if V::REGISTERS >= 32 { 8 } else { 4 }
}

/// The most taps of a tile of so many output channels.
pub(super) const fn tile_taps<V: Vector>(channels: usize) -> usize {
    let taps = 3 * tile_out_channels::<V>() / if channels == 0 { 1 } else { channels };
    if taps > MOST_TAPS { MOST_TAPS } else { taps }
}
