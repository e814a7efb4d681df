//! The lanes are the images of one tile.

use super::destination::InPlace;
use super::patch::Patch;
use super::piece::{Piece, Scratch};
use super::whole::Whole;
use crate::kernels::epilogue::VectorEpilogue;
use crate::kernels::vector::{Float, Vector};

impl<T: Float> Piece<'_, T> {
    /// # Safety
    /// The outputs of these tiles must be this thread's alone, and `scratch` have room for two vectors.
    #[inline(always)]
    pub(super) unsafe fn tile_by_tile<V: Vector<Element = T>>(&self, scratch: Scratch<T>, epilogue: impl VectorEpilogue<V>) {
        let Whole { images, rows, columns, to_channels, out, argmax, .. } = self.whole;
        let source = self.source();
        let (row_length, channel_length) = (columns.from * images, rows.from * columns.from * images);
        for tile in self.tiles.clone() {
            let (tile_row, tile_column) = (tile / columns.tiles(), tile % columns.tiles());
            let row_places = [0, 1, 2, 3].map(|r| rows.source(tile_row, r));
            let column_places = [0, 1, 2, 3].map(|c| columns.source(tile_column, c));
            let patch = Patch {
                rows: row_places.map(|row| source[row.unwrap_or(0) * row_length..].as_ptr()),
                columns: column_places.map(|column| column.unwrap_or(0) * images),
                step: channel_length,
                inside: [row_places, column_places].map(|places| places.map(|place| place.is_some())),
            };
            let first = (self.group * to_channels * rows.to + 2 * tile_row) * columns.to + 2 * tile_column;
            let to = InPlace {
                out,
                bias: self.bias(),
                epilogue,
                images,
                first: first * images,
                channel_step: rows.to * columns.to * images,
                row_step: columns.to * images,
                rows: 2.min(rows.to - 2 * tile_row),
                columns: 2.min(columns.to - 2 * tile_column),
            };
            // SAFETY: the patch holds all images; a tile's outputs are this task's alone.
            unsafe {
                match argmax {
                    Some(argmax) => {
                        let to = self.pooled(argmax, tile_row, tile_column, images, epilogue);
                        self.all_lanes::<V>(patch, images, images, scratch, to);
                    }
                    None => self.all_lanes::<V>(patch, images, images, scratch, to),
                }
            }
        }
    }
}
