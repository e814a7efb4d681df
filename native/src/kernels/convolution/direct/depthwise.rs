//! Tiles of one row where each channel is summed by itself: a vector of images at neighbouring columns. A number of the
//! source is read once for all columns that meet it.

use std::ops::Range;

use super::layout::Flow;
use super::tiles::Tap;
use super::unit::{Unit, Units};
use super::whole::Whole;
use crate::kernels::buffer::Shared;
use crate::kernels::epilogue::Epilogue;
use crate::kernels::tile::{store, with_constant};
use crate::kernels::vector::{Float, Kernel, Vector};

/// The most columns of a tile: their sums, a row of weights and a vector of the source are kept in registers.
pub(super) const fn tile_columns<V: Vector>() -> usize {
    if V::REGISTERS >= 32 { 8 } else { 6 }
}

/// Tiles of a row, side by side, of all images.
pub(super) struct Row<'a, T> {
    pub(super) source: *const T,
    /// Whole rows of the kernel, which the row meets one after the other.
    pub(super) taps: &'a [Tap],
    /// Whether the columns of the source that a row of the kernel meets descend: backward.
    pub(super) descends: bool,
    /// The kernel, `[tap]`.
    pub(super) weight: *const T,
    pub(super) bias: Option<T>,
    pub(super) epilogue: Epilogue<'a, T>,
    pub(super) out: Shared<T>,
    /// Where the first tile goes.
    pub(super) at: usize,
    /// The first tile's first column among those that are packed.
    pub(super) column: usize,
    pub(super) tiles: usize,
    /// Lanes of a column: whole vectors of images.
    pub(super) images: usize,
}

/// Tiles of W columns, by a kernel of K columns.
pub(super) struct Depthwise<'a, T, const K: usize, const W: usize>(pub(super) Row<'a, T>);

impl<T: Float, const K: usize, const W: usize> Kernel<T> for Depthwise<'_, T, K, W> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        if W > tile_columns::<V>() {
            return; // never asked for; nothing to compile
        }
        for tile in 0..self.0.tiles {
            for image in (0..self.0.images).step_by(V::LANES) {
                // SAFETY: `Units` gives a packed source, and columns of the result that are this thread's alone.
                unsafe {
                    if self.0.descends {
                        self.tile::<V, true>(tile, image);
                    } else {
                        self.tile::<V, false>(tile, image);
                    }
                }
            }
        }
    }
}

impl<T: Float, const K: usize, const W: usize> Depthwise<'_, T, K, W> {
    /// # Safety
    /// The source must be valid for all taps of the tile's columns, the result for these columns, and they be this thread's.
    #[inline(always)]
    unsafe fn tile<V: Vector<Element = T>, const DESCENDS: bool>(&self, tile: usize, image: usize) {
        let mut sums = [[self.0.bias.map_or(V::zero(), V::splat); 1]; W];
        let first = (self.0.column + tile * W) * self.0.images + image;
        // SAFETY: the caller's promise.
        unsafe {
            for row in self.0.taps.chunks_exact(K) {
                let lowest = if DESCENDS { row[K - 1].at } else { row[0].at };
                let source = self.0.source.add(lowest + first);
                let mut weights = [V::zero(); K];
                for k in 0..K {
                    weights[k] = V::splat(*self.0.weight.add(row[k].place));
                }
                // Each column meets its taps in ascending order.
                for step in 0..W + K - 1 {
                    let at = if DESCENDS { W + K - 2 - step } else { step };
                    let x = V::load(source.add(at * self.0.images));
                    for column in 0..W {
                        if at >= column && at - column < K {
                            let k = if DESCENDS { K - 1 - (at - column) } else { at - column };
                            sums[column][0] = weights[k].fma(x, sums[column][0]);
                        }
                    }
                }
            }
            store(sums, self.0.epilogue, self.0.out, self.0.at + tile * W * self.0.images + image, self.0.images, V::LANES);
        }
    }
}

impl<T: Float> Units<'_, T> {
    /// Whether channels are summed one by one, over kernels of some columns that lie side by side, for whole vectors of images.
    #[inline(always)]
    pub(super) fn by_columns<V: Vector<Element = T>>(&self, unit: &Unit<T>) -> bool {
        let Whole { geometry: g, columns: Flow { axis, .. }, from_channels, to_channels, .. } = self.whole;
        let alone = from_channels == 1 && to_channels == 1 && unit.pitch == g.images;
        let beside = axis.stride == 1 && axis.dilation == 1 && unit.layout.is_together();
        alone && beside && matches!(axis.kernel, 3 | 5 | 7) && g.images.is_multiple_of(V::LANES)
    }

    /// # Safety
    /// The unit's source must be packed, and these columns of the row, whose taps these are, be this thread's alone.
    #[inline(always)]
    pub(super) unsafe fn columns_of<V: Vector<Element = T>>(&self, unit: &Unit<T>, row: usize, of: Range<usize>, taps: &[Tap]) {
        let Whole { geometry: g, rows, columns, bias, epilogue, out, .. } = self.whole;
        let count = of.len();
        let tiles = count.div_ceil(tile_columns::<V>());
        let (width, wider) = (count / tiles, count % tiles);
        for (column, width, tiles) in [(0, width + 1, wider), (wider * (width + 1), width, tiles - wider)] {
            if tiles == 0 || width == 0 {
                continue;
            }
            let at = ((unit.group * rows.to + row) * columns.to + of.start + column) * g.images;
            let weight = self.weight[unit.group * g.taps()..].as_ptr();
            let bias = bias.map(|bias| bias[unit.group]);
            with_constant!(W = width, [1 2 3 4 5 6 7; 8], {
                let descends = self.whole.backward;
                let tile = Row { source: unit.packed, taps, descends, weight, bias, epilogue, out, at, column, tiles, images: g.images };
                match g.columns.kernel {
                    3 => T::dispatch(Depthwise::<T, 3, W>(tile)),
                    5 => T::dispatch(Depthwise::<T, 5, W>(tile)),
                    _ => T::dispatch(Depthwise::<T, 7, W>(tile)),
                }
            });
        }
    }
}
