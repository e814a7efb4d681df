//! The tiles of one task, a few vectors of lanes at a time.

use std::ops::Range;

use super::destination::{Destination, Pooled};
use super::patch::{Patch, Transform};
use super::products::Products;
use super::transforms::{PLACES, output};
use super::whole::Whole;
use crate::kernels::buffer::Shared;
use crate::kernels::tile::channel_block;
use crate::kernels::vector::{Float, Vector};

/// Some tiles (or rows of tiles) of one group.
pub(super) struct Piece<'a, T> {
    pub(super) whole: Whole<'a, T>,
    pub(super) kernels: &'a [T],
    pub(super) blocks: usize,
    pub(super) group: usize,
    pub(super) tiles: Range<usize>,
}

#[derive(Clone, Copy)]
pub(super) struct Scratch<T> {
    /// `[source channel, place, lane]`.
    pub(super) patches: *mut T,
    /// `[channel of a block, place, lane]`.
    pub(super) products: *mut T,
}

impl<T: Float> Piece<'_, T> {
    /// The source from this group's channels on.
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
        let from_channels = self.whole.from_channels;
        let Scratch { patches, products } = scratch;
        // SAFETY: the caller's promise; the scratch has room for two vectors.
        unsafe {
            T::dispatch(Transform { patch, channels: from_channels, lane, left: readable, vectors: W, to: patches });
            for block in 0..self.blocks {
                let (first, last) = channel_block(self.whole.to_channels, block, self.blocks);
                let kernels = self.kernels.as_ptr().add(PLACES * from_channels * first);
                let to_channels = last - first;
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
