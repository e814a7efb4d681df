//! What one task does: its tiles, a few vectors of lanes at a time.

use std::ops::Range;

use super::destination::{Destination, InPlace, Pooled};
use super::patch::{Patch, Transform};
use super::products::Products;
use super::transforms::{PLACES, output};
use super::whole::Whole;
use crate::kernels::buffer::Shared;
use crate::kernels::epilogue::{Epilogue, Identity, Mask, Relu, VectorEpilogue};
use crate::kernels::tile::{channel_block, tile_channels};
use crate::kernels::vector::{Float, Kernel, Vector};

/// Some tiles (or rows of tiles) of one group.
pub(super) struct Piece<'a, T> {
    pub(super) whole: Whole<'a, T>,
    pub(super) kernels: &'a [T],
    pub(super) blocks: usize,
    pub(super) group: usize,
    pub(super) tiles: Range<usize>,
}

impl<T: Float> Kernel<T> for Piece<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let Whole { from_channels, epilogue, .. } = self.whole;
        let width = 2 * V::LANES;
        let mut scratch = Vec::<T>::with_capacity(PLACES * (from_channels + tile_channels::<V>()) * width);
        let patches = scratch.as_mut_ptr();
        // SAFETY: the products lie behind the patches, within the capacity.
        let products = unsafe { patches.add(PLACES * from_channels * width) };
        let scratch = Scratch { patches, products };
        // SAFETY: what is read of the scratch was written before.
        unsafe {
            match epilogue {
                Epilogue::Identity => self.with_epilogue::<V>(scratch, Identity),
                Epilogue::Relu => self.with_epilogue::<V>(scratch, Relu),
                Epilogue::Mask(mask) => self.with_epilogue::<V>(scratch, Mask(mask)),
            }
        }
    }
}

#[derive(Clone, Copy)]
pub(super) struct Scratch<T> {
    /// `[source channel, place, lane]`.
    patches: *mut T,
    /// `[channel of a block, place, lane]`.
    products: *mut T,
}

impl<T: Float> Piece<'_, T> {
    /// # Safety
    /// The outputs of these tiles must be this thread's alone, and `scratch` have room for two vectors.
    #[inline(always)]
    unsafe fn with_epilogue<V: Vector<Element = T>>(&self, scratch: Scratch<T>, epilogue: impl VectorEpilogue<V>) {
        // SAFETY: the caller's promise.
        unsafe {
            if self.whole.images < V::LANES {
                self.side_by_side::<V>(scratch, epilogue);
            } else {
                self.tile_by_tile::<V>(scratch, epilogue);
            }
        }
    }

    /// The lanes are the images of one tile.
    ///
    /// # Safety
    /// As [`Self::with_epilogue`].
    #[inline(always)]
    unsafe fn tile_by_tile<V: Vector<Element = T>>(&self, scratch: Scratch<T>, epilogue: impl VectorEpilogue<V>) {
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

    /// The source's channels of this group, and those of the groups after it.
    pub(super) fn source(&self) -> &[T] {
        let Whole { images, rows, columns, from_channels, x, .. } = self.whole;
        &x[self.group * from_channels * rows.from * columns.from * images..]
    }

    /// The bias of this group's channels.
    pub(super) fn bias(&self) -> Option<&[T]> {
        self.whole.bias.map(|bias| &bias[self.group * self.whole.to_channels..])
    }

    /// Where the maximum of this tile goes, and the maxima of the tiles after it in the row if the lanes hold them too.
    pub(super) fn pooled<E>(
        &self,
        argmax: Shared<T>,
        tile_row: usize,
        tile_column: usize,
        lanes: usize,
        epilogue: E,
    ) -> Pooled<'_, T, E> {
        let Whole { images, rows, columns, to_channels, out, .. } = self.whole;
        let first = (self.group * to_channels * rows.tiles() + tile_row) * columns.tiles() + tile_column;
        let channel_step = rows.tiles() * columns.tiles() * images;
        Pooled { out, argmax, bias: self.bias(), epilogue, lanes, first: first * images, channel_step }
    }

    /// All channels of the lanes `0..lanes`. The source may be read up to lane `readable`.
    ///
    /// # Safety
    /// The patch must be valid for all channels and readable lanes; `to` must hold for all channels and lanes.
    #[inline(always)]
    pub(super) unsafe fn all_lanes<V: Vector<Element = T>>(
        &self,
        patch: Patch<T>,
        lanes: usize,
        readable: usize,
        scratch: Scratch<T>,
        to: impl Destination<V>,
    ) {
        for lane in (0..lanes).step_by(2 * V::LANES) {
            // SAFETY: the caller's promise.
            unsafe {
                if lanes - lane > V::LANES {
                    self.vectors::<V, 2>(patch, lane, readable - lane, scratch, to);
                } else {
                    self.vectors::<V, 1>(patch, lane, readable - lane, scratch, to);
                }
            }
        }
    }

    /// W vectors from `lane` on, of which `readable` lanes may be read.
    ///
    /// # Safety
    /// As [`Self::all_lanes`].
    #[inline(always)]
    unsafe fn vectors<V: Vector<Element = T>, const W: usize>(
        &self,
        patch: Patch<T>,
        lane: usize,
        readable: usize,
        scratch: Scratch<T>,
        destination: impl Destination<V>,
    ) {
        let channels = self.whole.from_channels;
        let Scratch { patches, products } = scratch;
        // SAFETY: the caller's promise; the scratch has room for two vectors.
        unsafe {
            T::dispatch(Transform { patch, channels, lane, left: readable, vectors: W, to: patches });
            for block in 0..self.blocks {
                let (first, last) = channel_block(self.whole.to_channels, block, self.blocks);
                let kernels = self.kernels.as_ptr().add(PLACES * channels * first);
                let (from_channels, to_channels) = (channels, last - first);
                T::dispatch(Products { from_channels, to_channels, vectors: W, kernels, patches, products });
                for channel in 0..to_channels {
                    for w in 0..W {
                        let from = products.add((channel * PLACES * W + w) * V::LANES);
                        let mut m = [V::zero(); PLACES];
                        for place in 0..PLACES {
                            m[place] = V::load(from.add(place * W * V::LANES));
                        }
                        destination.store(first + channel, lane + w * V::LANES, output(m));
                    }
                }
            }
        }
    }
}
