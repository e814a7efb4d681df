//! What one task does: its tiles, a few vectors of lanes at a time.

use std::ops::Range;

use super::Whole;
use super::destination::{Apart, Destination, InPlace, Pooled};
use super::patch::{Patch, Transform};
use super::products::Products;
use super::transforms::{PLACES, SIDE, output};
use crate::kernels::buffer::Shared;
use crate::kernels::tile::{Finish, Finishing, Mask, Nothing, Relu, channel_block, most_channels};
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
        let Whole { from_channels, finish, .. } = self.whole;
        let width = 2 * V::LANES;
        let mut scratch = Vec::<T>::with_capacity(PLACES * (from_channels + most_channels::<V>()) * width);
        let patches = scratch.as_mut_ptr();
        // SAFETY: within the capacity.
        let products = unsafe { patches.add(PLACES * from_channels * width) };
        let scratch = Scratch { patches, products };
        // SAFETY: what is read of the scratch was written before.
        unsafe {
            match finish {
                Finish::Nothing => self.finished_by::<V>(scratch, Nothing),
                Finish::Relu => self.finished_by::<V>(scratch, Relu),
                Finish::Mask(mask) => self.finished_by::<V>(scratch, Mask(mask)),
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Scratch<T> {
    /// `[from, place, lane]`.
    patches: *mut T,
    /// `[channel of a block, place, lane]`.
    products: *mut T,
}

impl<T: Float> Piece<'_, T> {
    #[inline(always)]
    unsafe fn finished_by<V: Vector<Element = T>>(&self, scratch: Scratch<T>, finishing: impl Finishing<V>) {
        // SAFETY: the caller's promise.
        unsafe {
            if self.whole.images < V::LANES {
                self.side_by_side::<V>(scratch, finishing);
            } else {
                self.tile_by_tile::<V>(scratch, finishing);
            }
        }
    }

    /// The lanes are the images of one tile.
    #[inline(always)]
    unsafe fn tile_by_tile<V: Vector<Element = T>>(&self, scratch: Scratch<T>, finishing: impl Finishing<V>) {
        let Whole { images, rows, columns, to_channels, out, tap, .. } = self.whole;
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
                finishing,
                images,
                first: first * images,
                channel_step: rows.to * columns.to * images,
                row_step: columns.to * images,
                rows: 2.min(rows.to - 2 * tile_row),
                columns: 2.min(columns.to - 2 * tile_column),
            };
            // SAFETY: the patch holds all images; a tile's outputs are this task's alone.
            unsafe {
                match tap {
                    Some(tap) => {
                        let to = self.pooled(tap, tile_row, tile_column, images, finishing);
                        self.all_lanes::<V>(patch, images, images, scratch, to);
                    }
                    None => self.all_lanes::<V>(patch, images, images, scratch, to),
                }
            }
        }
    }

    /// The lanes are the images of all tiles in a row: its even and its odd columns are laid apart.
    #[inline(always)]
    unsafe fn side_by_side<V: Vector<Element = T>>(&self, scratch: Scratch<T>, finishing: impl Finishing<V>) {
        let Whole { images, rows, columns, from_channels, to_channels, finish, out, tap, .. } = self.whole;
        let lanes = columns.tiles() * images;
        // Whole vectors, of the plane that begins one tile later too; no more, since all of it is zeroed.
        let out_plane = lanes.next_multiple_of(V::LANES);
        let plane = out_plane + images;
        // From the first tile row's patches to the last's, zeros where they leave the image.
        let first_row = 2 * self.tiles.start;
        let row_count = 2 * self.tiles.len() + 2;
        let mut planes = vec![T::ZERO; from_channels * row_count * 2 * plane];
        let source = self.source();
        for (channel, planes) in planes.chunks_exact_mut(row_count * 2 * plane).enumerate() {
            for (row, planes) in planes.chunks_exact_mut(2 * plane).enumerate() {
                if let Some(row) = (first_row + row).checked_sub(rows.padding).filter(|&row| row < rows.from) {
                    let row = &source[(channel * rows.from + row) * columns.from * images..][..columns.from * images];
                    lay_apart(row, images, columns.padding, planes.split_at_mut(plane));
                }
            }
        }
        let mut outputs = vec![T::ZERO; if tap.is_some() { 0 } else { to_channels * 4 * out_plane }];
        for tile_row in self.tiles.clone() {
            let patch = Patch {
                rows: [0, 1, 2, 3].map(|r| planes[(2 * tile_row - first_row + r) * 2 * plane..].as_ptr()),
                columns: [0, plane, images, plane + images],
                step: row_count * 2 * plane,
                inside: [[true; SIDE]; 2],
            };
            if let Some(tap) = tap {
                let to = self.pooled(tap, tile_row, 0, lanes, finishing);
                // SAFETY: the planes have room for whole vectors; a row's outputs are this task's alone.
                unsafe { self.all_lanes::<V>(patch, lanes, usize::MAX, scratch, to) };
                continue;
            }
            let relu = matches!(finish, Finish::Relu);
            let to = Apart { planes: outputs.as_mut_ptr(), length: out_plane, bias: self.bias(), relu };
            // SAFETY: planes and outputs have room for whole vectors.
            unsafe { self.all_lanes::<V>(patch, lanes, usize::MAX, scratch, to) };
            for (channel, outputs) in outputs.chunks_exact(4 * out_plane).enumerate() {
                for r in 0..2.min(rows.to - 2 * tile_row) {
                    let (even, odd) = outputs[r * 2 * out_plane..][..2 * out_plane].split_at(out_plane);
                    let global = self.group * to_channels + channel;
                    let first = (global * rows.to + 2 * tile_row + r) * columns.to * images;
                    // SAFETY: the row is this task's alone.
                    unsafe { lay_together(even, odd, images, columns.to, out.at(first)) };
                    if let Finish::Mask(_) = finish {
                        for at in first..first + columns.to * images {
                            // SAFETY: as above.
                            unsafe { *out.at(at) = finish.apply(*out.at(at), at) };
                        }
                    }
                }
            }
        }
    }

    fn source(&self) -> &[T] {
        let Whole { images, rows, columns, from_channels, x, .. } = self.whole;
        &x[self.group * from_channels * rows.from * columns.from * images..]
    }

    /// Of this group.
    fn bias(&self) -> Option<&[T]> {
        self.whole.bias.map(|bias| &bias[self.group * self.whole.to_channels..])
    }

    /// Where the largest of this tile goes, and of the tiles after it in the row if the lanes are theirs too.
    fn pooled<F>(&self, tap: Shared<T>, tile_row: usize, tile_column: usize, lanes: usize, finishing: F) -> Pooled<'_, T, F> {
        let Whole { images, rows, columns, to_channels, out, .. } = self.whole;
        let first = (self.group * to_channels * rows.tiles() + tile_row) * columns.tiles() + tile_column;
        let channel_step = rows.tiles() * columns.tiles() * images;
        Pooled { out, tap, bias: self.bias(), finishing, lanes, first: first * images, channel_step }
    }

    /// All channels of so many lanes, of which `readable` can be read.
    #[inline(always)]
    unsafe fn all_lanes<V: Vector<Element = T>>(
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

/// Divides a row with so many zeros before it into its even and its odd columns.
#[inline(always)]
fn lay_apart<T: Float>(row: &[T], images: usize, padding: usize, (even, odd): (&mut [T], &mut [T])) {
    let (ahead, behind) = if padding.is_multiple_of(2) { (even, odd) } else { (odd, even) };
    let (ahead, behind) = (&mut ahead[padding / 2 * images..], &mut behind[padding.div_ceil(2) * images..]);
    if images == 1 {
        // A loop that becomes shuffles of vectors; what the tiles do not reach has no room.
        for ((pair, ahead), behind) in row.chunks_exact(2).zip(ahead.iter_mut()).zip(behind.iter_mut()) {
            (*ahead, *behind) = (pair[0], pair[1]);
        }
        if let ([.., last], Some(ahead), 1) = (row, ahead.get_mut(row.len() / 2), row.len() % 2) {
            *ahead = *last;
        }
        return;
    }
    for (column, from) in row.chunks_exact(images).enumerate() {
        let to = if column % 2 == 0 { &mut *ahead } else { &mut *behind };
        if let Some(to) = to.get_mut(column / 2 * images..(column / 2 + 1) * images) {
            to.copy_from_slice(from);
        }
    }
}

/// Joins the even and the odd ones of so many columns.
///
/// # Safety
/// `to` must have room for them and be this thread's alone.
#[inline(always)]
unsafe fn lay_together<T: Float>(even: &[T], odd: &[T], images: usize, columns: usize, to: *mut T) {
    // SAFETY: the caller's promise.
    unsafe {
        if images == 1 {
            for (pair, (even, odd)) in even.iter().zip(odd).take(columns / 2).enumerate() {
                *to.add(2 * pair) = *even;
                *to.add(2 * pair + 1) = *odd;
            }
            if columns % 2 == 1 {
                *to.add(columns - 1) = even[columns / 2];
            }
            return;
        }
        for column in 0..columns {
            let from = if column % 2 == 0 { even } else { odd };
            let from = &from[column / 2 * images..(column / 2 + 1) * images];
            std::ptr::copy_nonoverlapping(from.as_ptr(), to.add(column * images), images);
        }
    }
}
