//! Where the outputs of tiles go: as they are, or pooled.

use crate::kernels::buffer::Shared;
use crate::kernels::epilogue::VectorEpilogue;
use crate::kernels::pooling::larger;
use crate::kernels::vector::Vector;

/// Where the outputs of tiles go.
pub(super) trait Destination<V: Vector, const TILE: usize>: Copy {
    /// # Safety
    /// The lanes from `lane` on of this channel must be this thread's alone.
    unsafe fn store(self, channel: usize, lane: usize, tile: [[V; TILE]; TILE]);

    /// The results of a tile: their number along a side, where they go, and how they lie there.
    fn results(&self) -> (usize, Shared<V::Element>, Places);
}

/// The places of a tile's results in memory.
#[derive(Clone, Copy)]
pub(super) struct Places {
    /// Where the tile begins in the group's first channel, and how far the next channel, row and column are.
    pub(super) first: usize,
    pub(super) channel_step: usize,
    pub(super) row_step: usize,
    pub(super) column_step: usize,
    /// Rows, columns and lanes that there are.
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) lanes: usize,
}

impl Places {
    /// Where lane 0 of a result goes.
    #[inline(always)]
    fn at(&self, channel: usize, row: usize, column: usize) -> usize {
        self.first + channel * self.channel_step + row * self.row_step + column * self.column_step
    }

    /// Where lane 0 of a tile's results goes, `side` along a side, as far as there are rows and columns.
    pub(super) fn of_tile(self, side: usize, channel: usize) -> impl Iterator<Item = usize> {
        let (rows, columns) = (side.min(self.rows), side.min(self.columns));
        (0..rows).flat_map(move |row| (0..columns).map(move |column| self.at(channel, row, column)))
    }
}

/// All outputs.
#[derive(Clone, Copy)]
pub(super) struct Outputs<'a, T, E> {
    pub(super) out: Shared<T>,
    /// The bias of the group's channels.
    pub(super) bias: Option<&'a [T]>,
    pub(super) epilogue: E,
    pub(super) places: Places,
}

/// The maximum of each window of 2x2 outputs, and its argmax.
#[derive(Clone, Copy)]
pub(super) struct Pooled<'a, T, E> {
    pub(super) outputs: Outputs<'a, T, E>,
    pub(super) argmax: Shared<T>,
}

impl<T: Copy + Default, E> Outputs<'_, T, E> {
    /// A channel's bias, or +0.
    ///
    /// # Safety
    /// A bias must have the channel.
    #[inline(always)]
    unsafe fn bias<V: Vector<Element = T>>(&self, channel: usize) -> V {
        // SAFETY: the caller's promise.
        self.bias.map_or(V::zero(), |bias| V::splat(unsafe { *bias.get_unchecked(channel) }))
    }
}

impl<V: Vector, E: VectorEpilogue<V>, const TILE: usize> Destination<V, TILE> for Outputs<'_, V::Element, E> {
    #[inline(always)]
    fn results(&self) -> (usize, Shared<V::Element>, Places) {
        (TILE, self.out, self.places)
    }

    #[inline(always)]
    unsafe fn store(self, channel: usize, lane: usize, tile: [[V; TILE]; TILE]) {
        let Places { rows, columns, lanes, .. } = self.places;
        let left = lanes.saturating_sub(lane);
        // SAFETY: the caller's promise.
        unsafe {
            let bias: V = self.bias(channel);
            let whole = rows >= TILE && columns >= TILE && left >= V::LANES;
            for r in 0..TILE {
                for c in 0..TILE {
                    let at = self.places.at(channel, r, c) + lane;
                    let sum = tile[r][c].add(bias);
                    if whole {
                        self.epilogue.apply(sum, at, V::LANES).store(self.out.at(at));
                    } else if r < rows && c < columns {
                        self.epilogue.apply(sum, at, left).store_up_to(self.out.at(at), left);
                    }
                }
            }
        }
    }
}

impl<V: Vector, E: VectorEpilogue<V>, const TILE: usize> Destination<V, TILE> for Pooled<'_, V::Element, E> {
    #[inline(always)]
    fn results(&self) -> (usize, Shared<V::Element>, Places) {
        (TILE / 2, self.outputs.out, self.outputs.places)
    }

    #[inline(always)]
    unsafe fn store(self, channel: usize, lane: usize, tile: [[V; TILE]; TILE]) {
        let Outputs { out, epilogue, places, .. } = self.outputs;
        let left = places.lanes.saturating_sub(lane);
        // SAFETY: the caller's promise.
        unsafe {
            let bias: V = self.outputs.bias(channel);
            for r in 0..TILE / 2 {
                for c in 0..TILE / 2 {
                    if r >= places.rows || c >= places.columns {
                        continue;
                    }
                    let at = places.at(channel, r, c) + lane;
                    let mut maximum = epilogue.apply(tile[2 * r][2 * c].add(bias), at, left);
                    let mut argmax = V::zero();
                    for place in 1..4 {
                        let sum = tile[2 * r + place / 2][2 * c + place % 2].add(bias);
                        (maximum, argmax) = larger((maximum, argmax), epilogue.apply(sum, at, left), V::constant(place as f64));
                    }
                    maximum.store_up_to(out.at(at), left);
                    argmax.store_up_to(self.argmax.at(at), left);
                }
            }
        }
    }
}
