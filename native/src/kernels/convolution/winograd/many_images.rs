//! The lanes are the images of one tile.

use super::destination::{Outputs, Places, Pooled};
use super::piece::{Piece, Scratch};
use super::whole::Whole;
use crate::kernels::convolution::patch::Patch;
use crate::kernels::convolution::tiles::{Form, Tiles};
use crate::kernels::epilogue::VectorEpilogue;
use crate::kernels::vector::{Float, Vector};

impl<T: Float, const TILE: usize, const SIDE: usize> Piece<'_, T, TILE, SIDE>
where
    Tiles<TILE, SIDE>: Form<TILE, SIDE>,
{
    /// # Safety
    /// The outputs of this piece must be this thread's alone, and `scratch` have room for two vectors.
    #[inline(always)]
    pub(super) unsafe fn many_images<V: Vector<Element = T>>(&self, scratch: Scratch<T>, epilogue: impl VectorEpilogue<V>) {
        let Whole { images, rows, columns, to_channels, out, window, argmax, .. } = self.whole;
        let ([down, across], [height, width], side) = (self.whole.tiles(), self.whole.size(), TILE / window);
        let source = self.source();
        let vectors = images.div_ceil(2 * V::LANES);
        let place_of = |unit: usize| {
            let (tile, lane) = (unit / vectors, unit % vectors * 2 * V::LANES);
            ([tile / across, tile % across], lane)
        };
        let (size, padding) = ([rows.from, columns.from], [rows.padding, columns.padding]);
        let patch_at = |tile: [usize; 2]| Patch::new(source, images, size, padding, tile.map(|place| place * TILE));
        let mut next = Vec::with_capacity(SIDE * SIDE);
        let mut stored = 0;
        for unit in self.units.clone() {
            let ([row, column], lane) = place_of(unit);
            let patch = patch_at([row, column]);
            next.clear();
            if unit + 1 < self.units.end {
                let (tile, lane) = place_of(unit + 1);
                next.extend(patch_at(tile).places(lane));
            }
            let tile_row = row;
            let (row, column) = (row * side, column * side);
            let places = Places {
                first: ((self.group * to_channels * height + row) * width + column) * images,
                channel_step: height * width * images,
                row_step: width * images,
                column_step: images,
                rows: height - row,
                columns: width - column,
                lanes: images,
            };
            let outputs = Outputs { out, bias: self.bias(), epilogue, places };
            // SAFETY: the patch holds all images; a tile's outputs are this task's alone.
            unsafe {
                if window > 1 {
                    self.lanes::<V>(patch, lane, images, &next, scratch, Pooled { outputs, argmax });
                } else {
                    self.lanes::<V>(patch, lane, images, &next, scratch, outputs);
                }
            }
            stored += (images - lane).min(2 * V::LANES);
            let Some((followed, countdown)) = self.whole.followed else { continue };
            if (unit + 1) % (across * vectors) != 0 && unit + 1 < self.units.end {
                continue;
            }
            let channels = self.group * to_channels..(self.group + 1) * to_channels;
            if countdown.stored(self.group * down + tile_row, std::mem::take(&mut stored)) {
                let row_length = width * images;
                // SAFETY: the row of tiles is stored; the thread that stored its last part is one.
                unsafe { followed.piece(channels, row * row_length..(row + TILE).min(height) * row_length) };
            }
        }
    }
}
