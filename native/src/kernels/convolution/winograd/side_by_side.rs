//! The lanes are the images of all tiles in a row: for fewer images than a vector has lanes.

use super::destination::Planes;
use super::patch::Patch;
use super::piece::{Piece, Scratch};
use super::transforms::SIDE;
use super::whole::Whole;
use crate::kernels::epilogue::{Epilogue, VectorEpilogue};
use crate::kernels::vector::{Float, Vector};

impl<T: Float> Piece<'_, T> {
    /// Lays the even and the odd columns of each row apart, so that a tile's columns are the same lanes of four planes.
    ///
    /// # Safety
    /// The outputs of these rows of tiles must be this thread's alone, and `scratch` have room for two vectors.
    #[inline(always)]
    pub(super) unsafe fn side_by_side<V: Vector<Element = T>>(&self, scratch: Scratch<T>, epilogue: impl VectorEpilogue<V>) {
        let Whole { images, rows, columns, from_channels, to_channels, out, argmax, .. } = self.whole;
        let lanes = columns.tiles() * images;
        // A plane has room for whole vectors, also from its second tile on; for no more, since all planes are zeroed.
        let out_plane = lanes.next_multiple_of(V::LANES);
        let plane = out_plane + images;
        // The planes hold the rows from the first patch to the last, zeros where a patch leaves the image.
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
        let mut outputs = vec![T::ZERO; if argmax.is_some() { 0 } else { to_channels * 4 * out_plane }];
        for tile_row in self.tiles.clone() {
            let patch = Patch {
                rows: [0, 1, 2, 3].map(|r| planes[(2 * tile_row - first_row + r) * 2 * plane..].as_ptr()),
                columns: [0, plane, images, plane + images],
                step: row_count * 2 * plane,
                inside: [[true; SIDE]; 2],
            };
            if let Some(argmax) = argmax {
                let to = self.pooled(argmax, tile_row, 0, lanes, epilogue);
                // SAFETY: the planes have room for whole vectors; a row's outputs are this task's alone.
                unsafe { self.all_lanes::<V>(patch, lanes, usize::MAX, scratch, to) };
                continue;
            }
            let relu = matches!(self.whole.epilogue, Epilogue::Relu);
            let to = Planes { planes: outputs.as_mut_ptr(), length: out_plane, bias: self.bias(), relu };
            // SAFETY: planes and outputs have room for whole vectors.
            unsafe { self.all_lanes::<V>(patch, lanes, usize::MAX, scratch, to) };
            for (channel, outputs) in outputs.chunks_exact(4 * out_plane).enumerate() {
                for r in 0..2.min(rows.to - 2 * tile_row) {
                    let (even, odd) = outputs[r * 2 * out_plane..][..2 * out_plane].split_at(out_plane);
                    let global = self.group * to_channels + channel;
                    let first = (global * rows.to + 2 * tile_row + r) * columns.to * images;
                    // SAFETY: the row is this task's alone.
                    unsafe { lay_together(even, odd, images, columns.to, out.at(first)) };
                    // SAFETY: as above.
                    let row = unsafe { std::slice::from_raw_parts_mut(out.at(first), columns.to * images) };
                    match self.whole.epilogue {
                        Epilogue::Mask(mask) => {
                            let zeros = row.iter_mut().zip(&mask[first..]).filter(|(_, mask)| **mask <= T::ZERO);
                            zeros.for_each(|(y, _)| *y = T::ZERO);
                        }
                        Epilogue::Added { other, relu } => {
                            for (y, &other) in row.iter_mut().zip(&other[first..]) {
                                *y += other;
                                if relu && *y <= T::ZERO {
                                    *y = T::ZERO;
                                }
                            }
                        }
                        Epilogue::Identity | Epilogue::Relu => {}
                    }
                }
            }
        }
    }
}

/// Divides a row with `padding` columns of zeros before it into its even and its odd columns.
#[inline(always)]
fn lay_apart<T: Float>(row: &[T], images: usize, padding: usize, (even, odd): (&mut [T], &mut [T])) {
    let (ahead, behind) = if padding.is_multiple_of(2) { (even, odd) } else { (odd, even) };
    let (ahead, behind) = (&mut ahead[padding / 2 * images..], &mut behind[padding.div_ceil(2) * images..]);
    if images == 1 {
        // A loop that becomes shuffles of vectors. Columns that no tile reaches have no room and are left out.
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

/// Joins even and odd columns to a row of `columns` columns.
///
/// # Safety
/// `to` must have room for all columns, which must be this thread's alone.
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
