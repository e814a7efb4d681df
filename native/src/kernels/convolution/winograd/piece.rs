//! What one task makes: some tiles, a few vectors of lanes at a time.

use std::ops::Range;

use super::destination::Destination;
use super::products::{Hints, Products};
use super::whole::Whole;
use crate::kernels::convolution::patch::{Patch, Transform};
use crate::kernels::convolution::tiles::{Form, Tiles};
use crate::kernels::epilogue::{Added, Epilogue, Identity, Mask, Relu, VectorEpilogue};
use crate::kernels::tile::{channel_block, tile_channels};
use crate::kernels::vector::{Float, Kernel, Vector};

/// Some units and blocks of channels of one group. A unit is a tile with the images of two vectors; few images are in one
/// piece.
pub(super) struct Piece<'a, T, const TILE: usize, const SIDE: usize> {
    pub(super) whole: Whole<'a, T, TILE, SIDE>,
    pub(super) kernels: &'a [T],
    /// The source laid apart, where images are few.
    pub(super) planes: &'a [T],
    pub(super) group: usize,
    pub(super) units: Range<usize>,
    pub(super) blocks: Range<usize>,
}

/// The most results of a tile.
const MOST_RESULTS: usize = 16;

#[derive(Clone, Copy)]
pub(super) struct Scratch<T> {
    /// `[source channel, place, lane]`.
    patches: *mut T,
    /// `[channel of a block, place, lane]`.
    products: *mut T,
}

impl<T: Float, const TILE: usize, const SIDE: usize> Kernel<T> for Piece<'_, T, TILE, SIDE>
where
    Tiles<TILE, SIDE>: Form<TILE, SIDE>,
{
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let Whole { from_channels, epilogue, .. } = self.whole;
        let width = 2 * V::LANES;
        let mut scratch = Vec::<T>::with_capacity(SIDE * SIDE * (from_channels + tile_channels::<V>()) * width);
        let patches = scratch.as_mut_ptr();
        // SAFETY: the products lie behind the patches, within the capacity.
        let scratch = Scratch { patches, products: unsafe { patches.add(SIDE * SIDE * from_channels * width) } };
        // SAFETY: what is read of the scratch was written before.
        unsafe {
            match epilogue {
                Epilogue::Identity => self.with_epilogue::<V>(scratch, Identity),
                Epilogue::Relu => self.with_epilogue::<V>(scratch, Relu),
                Epilogue::Mask(mask) => self.with_epilogue::<V>(scratch, Mask(mask)),
                Epilogue::Added { other, relu } => self.with_epilogue::<V>(scratch, Added::new(other, relu)),
            }
        }
    }
}

impl<T: Float, const TILE: usize, const SIDE: usize> Piece<'_, T, TILE, SIDE>
where
    Tiles<TILE, SIDE>: Form<TILE, SIDE>,
{
    /// # Safety
    /// The outputs of this piece must be this thread's alone, and `scratch` have room for two vectors.
    #[inline(always)]
    unsafe fn with_epilogue<V: Vector<Element = T>>(&self, scratch: Scratch<T>, epilogue: impl VectorEpilogue<V>) {
        // SAFETY: the caller's promise.
        unsafe {
            if self.whole.images < V::LANES {
                self.few_images::<V>(scratch, epilogue);
            } else {
                self.many_images::<V>(scratch, epilogue);
            }
        }
    }

    /// The source from this group's channels on.
    pub(super) fn source(&self) -> &[T] {
        let Whole { images, rows, columns, from_channels, x, .. } = self.whole;
        &x[self.group * from_channels * rows.from * columns.from * images..]
    }

    /// The channels of the piece.
    #[inline(always)]
    pub(super) fn channels<V: Vector<Element = T>>(&self) -> Range<usize> {
        let to_channels = self.whole.to_channels;
        let first = |block| channel_block(to_channels, block, to_channels.div_ceil(tile_channels::<V>())).0;
        first(self.blocks.start)..first(self.blocks.end)
    }

    /// The bias of this group's channels.
    pub(super) fn bias(&self) -> Option<&[T]> {
        self.whole.bias.map(|bias| &bias[self.group * self.whole.to_channels..])
    }

    /// All channels of one or two vectors from `lane` on. The source has `lanes` lanes. `next` are the places that the
    /// first channel's next patch is read from.
    ///
    /// # Safety
    /// The patch must be valid for all channels and these lanes; `to` must hold for all channels and lanes.
    #[inline(always)]
    pub(super) unsafe fn lanes<V: Vector<Element = T>>(
        &self,
        patch: Patch<T, SIDE>,
        lane: usize,
        lanes: usize,
        next: &[*const T],
        scratch: Scratch<T>,
        to: impl Destination<V, TILE>,
    ) {
        // SAFETY: the caller's promise.
        unsafe {
            if lanes - lane > V::LANES {
                self.vectors::<V, 2>(patch, lane, lanes - lane, next, scratch, to);
            } else {
                self.vectors::<V, 1>(patch, lane, lanes - lane, next, scratch, to);
            }
        }
    }

    /// W vectors from `lane` on, of which the source has `left` lanes.
    ///
    /// # Safety
    /// As [`Self::lanes`].
    #[inline(always)]
    unsafe fn vectors<V: Vector<Element = T>, const W: usize>(
        &self,
        patch: Patch<T, SIDE>,
        lane: usize,
        left: usize,
        next: &[*const T],
        scratch: Scratch<T>,
        destination: impl Destination<V, TILE>,
    ) {
        let Whole { from_channels, to_channels, .. } = self.whole;
        let blocks = to_channels.div_ceil(tile_channels::<V>());
        let Scratch { patches, products } = scratch;
        let (side, out, places) = destination.results();
        // SAFETY: the caller's promise; the scratch has room for two vectors.
        unsafe {
            T::dispatch(Transform::<T, TILE, SIDE> {
                patch,
                channels: from_channels,
                lane,
                left,
                vectors: W,
                of_places: 0..SIDE,
                to: patches,
            });
            for block in self.blocks.clone() {
                let (first, last) = channel_block(to_channels, block, blocks);
                let kernels = self.kernels.as_ptr().add(SIDE * SIDE * from_channels * first);
                let to_channels = last - first;
                let (mut written, mut count) = ([std::ptr::null(); MOST_RESULTS], 0);
                if !next.is_empty() {
                    for (to, at) in written.iter_mut().zip(places.of_tile(side, first)) {
                        *to = out.at(at + lane).cast_const();
                        count += 1;
                    }
                }
                T::dispatch(Products {
                    places: SIDE * SIDE,
                    from_channels,
                    to_channels,
                    vectors: W,
                    kernels,
                    patches,
                    products,
                    read: Hints { places: if block == self.blocks.start { next } else { &[] }, channel_step: patch.step },
                    written: Hints { places: &written[..count], channel_step: places.channel_step },
                });
                for channel in 0..to_channels {
                    for w in 0..W {
                        let from = products.add((channel * SIDE * SIDE * W + w) * V::LANES);
                        destination.store(
                            first + channel,
                            lane + w * V::LANES,
                            Tiles::<TILE, SIDE>::output_tile(from, W * V::LANES),
                        );
                    }
                }
            }
        }
    }
}
