//! What one task does: its tiles, row by row.

use super::bias::add_row;
use super::row::Line;
use super::whole::{TILE_COLUMNS, Tile, Whole, tile_out_channels};
use crate::kernels::geometry::Geometry;
use crate::kernels::partials::{PARTIALS, join};
use crate::kernels::tile::with_constant;
use crate::kernels::vector::{Float, Kernel, Vector};

/// The tiles of one task, row by row, so that a row of x and dy serves all tiles from the cache.
pub(super) struct Piece<'a, T> {
    pub(super) whole: Whole<'a, T>,
    pub(super) tiles: &'a [Tile],
}

impl<T: Float> Kernel<T> for Piece<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let g = self.whole.geometry;
        let most = tile_out_channels::<V>() * TILE_COLUMNS;
        let mut sums = vec![[T::ZERO; PARTIALS]; self.tiles.len() * most];
        let biases = |tile: &Tile| if self.whole.db.is_some() { tile.biases(g) } else { 0..0 };
        let biases: Vec<usize> = self.tiles.iter().flat_map(biases).collect();
        let mut bias_sums = vec![[T::ZERO; PARTIALS]; biases.len()];
        let row_length = g.columns.output * g.images;
        let mut scratch = vec![T::ZERO; if g.columns.stride > 1 { TILE_COLUMNS * row_length } else { 0 }];
        // An empty tensor's shape may name any number of rows.
        for row in 0..if row_length == 0 { 0 } else { g.rows.output } {
            for (tile, sums) in self.tiles.iter().zip(sums.chunks_exact_mut(most)) {
                let Some(source) = g.rows.source(row, tile.ky) else { continue };
                let line = self.line(tile, row, source, &mut scratch);
                // SAFETY: dy has the tile's channels, and `sums` room for the largest tile.
                unsafe {
                    with_constant!(K = tile.columns, [1 2; 3], {
                        with_constant!(C = tile.channels, [1 2 3 4 5 6 7; 8], line.add_to::<V, C, K>(sums))
                    });
                }
            }
            for (channel, sums) in biases.iter().zip(&mut bias_sums) {
                let terms = &self.whole.dy[(channel * g.rows.output + row) * row_length..][..row_length];
                add_row::<V>(sums, terms);
            }
        }
        for (&channel, &sums) in biases.iter().zip(&bias_sums) {
            if let Some(db) = self.whole.db {
                // SAFETY: each bias belongs to one tile, each tile to one task.
                unsafe { *db.at(channel) = join(sums) };
            }
        }
        for (tile, sums) in self.tiles.iter().zip(sums.chunks_exact(most)) {
            for channel in 0..tile.channels {
                for column in 0..tile.columns {
                    let o = tile.group * g.out_group() + tile.first + channel;
                    let to = ((o * g.in_group() + tile.input) * g.rows.kernel + tile.ky) * g.columns.kernel + tile.kx + column;
                    // SAFETY: each weight belongs to one tile, each tile to one task.
                    unsafe { *self.whole.dw.at(to) = join(sums[channel * tile.columns + column]) };
                }
            }
        }
    }
}

impl<T: Float> Piece<'_, T> {
    /// Rows `source` of x and `row` of dy as the tile meets them. `scratch` holds the columns of a strided convolution.
    #[inline(always)]
    fn line<'a>(&'a self, tile: &Tile, row: usize, source: usize, scratch: &'a mut [T]) -> Line<'a, T> {
        let Whole { geometry: g, x, dy, .. } = self.whole;
        let (input_length, row_length) = (g.columns.input * g.images, g.columns.output * g.images);
        let in_channel = tile.group * g.in_group() + tile.input;
        let out_channel = tile.group * g.out_group() + tile.first;
        let mut line = Line {
            x: &x[(in_channel * g.rows.input + source) * input_length..][..input_length],
            offsets: [0; TILE_COLUMNS],
            dy: dy.as_ptr().wrapping_add((out_channel * g.rows.output + row) * row_length),
            row_length,
            channel_length: g.rows.output * row_length,
        };
        if g.columns.stride > 1 {
            for column in 0..tile.columns {
                line.offsets[column] = (column * row_length) as isize;
                spread(g, line.x, tile.kx + column, &mut scratch[column * row_length..][..row_length]);
            }
            line.x = scratch;
        } else {
            for column in 0..tile.columns {
                let shift = ((tile.kx + column) * g.columns.dilation) as isize - g.columns.padding as isize;
                line.offsets[column] = shift * g.images as isize;
            }
        }
        line
    }
}

/// The row of x that a strided convolution's kernel column meets, as if the stride were 1.
fn spread<T: Float>(g: &Geometry, x: &[T], kx: usize, to: &mut [T]) {
    for (column, to) in to.chunks_exact_mut(g.images).enumerate() {
        match g.columns.source(column, kx) {
            Some(source) => to.copy_from_slice(&x[source * g.images..][..g.images]),
            None => to.fill(T::ZERO),
        }
    }
}
