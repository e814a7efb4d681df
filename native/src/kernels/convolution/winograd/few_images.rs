//! The lanes are the images of all tiles: for fewer images than a vector has lanes.
//!
//! Rows and columns whose numbers leave the same remainders by TILE lie on a plane of their own, so that a place of all
//! patches is one stretch of a plane. A plane has a row and a column more than there are tiles, which the patches of the
//! last tiles reach; the lanes of that column give sums that nobody reads.

use super::destination::{Outputs, Places, Pooled};
use super::piece::{Piece, Scratch};
use super::whole::Whole;
use crate::kernels::buffer::Shared;
use crate::kernels::convolution::patch::Patch;
use crate::kernels::convolution::tiles::{Form, Tiles};
use crate::kernels::epilogue::{Epilogue, Identity, VectorEpilogue};
use crate::kernels::vector::{Float, Vector};

impl<T: Float, const TILE: usize, const SIDE: usize> Piece<'_, T, TILE, SIDE>
where
    Tiles<TILE, SIDE>: Form<TILE, SIDE>,
{
    /// # Safety
    /// The outputs of this piece must be this thread's alone, and `scratch` have room for two vectors.
    #[inline(always)]
    pub(super) unsafe fn few_images<V: Vector<Element = T>>(&self, scratch: Scratch<T>, epilogue: impl VectorEpilogue<V>) {
        let Whole { images, to_channels, out, window, argmax, .. } = self.whole;
        let [down, across] = self.whole.tiles();
        let row = (across + 1) * images;
        let plane = (down + 1) * row;
        let planes = self.lay_apart(row, plane, V::LANES);
        let patch = Patch {
            rows: std::array::from_fn(|r| planes[r % TILE * TILE * plane + r / TILE * row..].as_ptr()),
            columns: std::array::from_fn(|c| c % TILE * plane + c / TILE * images),
            step: TILE * TILE * plane,
            inside: [[true; SIDE]; 2],
        };
        let lanes = down * row - images;
        let (side, length) = (TILE / window, lanes.next_multiple_of(V::LANES));
        let mut results = vec![T::ZERO; to_channels * side * side * length];
        let mut argmaxes = vec![T::ZERO; if window > 1 { results.len() } else { 0 }];
        let places = Places {
            first: 0,
            channel_step: side * side * length,
            row_step: side * length,
            column_step: length,
            rows: side,
            columns: side,
            lanes: length,
        };
        let planes = Shared::new(results.as_mut_ptr());
        for lane in (0..length).step_by(2 * V::LANES) {
            // SAFETY: the planes have room for whole vectors.
            unsafe {
                if window > 1 {
                    let outputs = Outputs { out: planes, bias: self.bias(), epilogue, places };
                    let to = Pooled { outputs, argmax: Shared::new(argmaxes.as_mut_ptr()) };
                    self.lanes::<V>(patch, lane, length, &[], scratch, to);
                } else {
                    let to = Outputs { out: planes, bias: self.bias(), epilogue: Identity, places };
                    self.lanes::<V>(patch, lane, length, &[], scratch, to);
                }
            }
        }
        // SAFETY: the outputs of these channels are this task's alone.
        unsafe {
            if window > 1 {
                self.lay_together::<V>(&results, length, out, Epilogue::Identity);
                self.lay_together::<V>(&argmaxes, length, argmax, Epilogue::Identity);
            } else {
                self.lay_together::<V>(&results, length, out, self.whole.epilogue);
                if let Some((followed, _)) = self.whole.followed {
                    let channels = self.channels::<V>();
                    let first = self.group * to_channels;
                    followed.piece(first + channels.start..first + channels.end, 0..self.whole.shape()[1]);
                }
            }
        }
    }

    /// The source on planes `[channel, row's remainder, column's remainder, row of tiles, column of tiles, image]`, zeros
    /// outside the image, with room for a vector behind them.
    #[inline(always)]
    fn lay_apart(&self, tile_row: usize, plane: usize, room: usize) -> Vec<T> {
        let Whole { images, rows, columns, from_channels, .. } = self.whole;
        let length = columns.from * images;
        let mut planes = vec![T::ZERO; from_channels * TILE * TILE * plane + room];
        let source = self.source();
        for (channel, planes) in planes.chunks_exact_mut(TILE * TILE * plane).enumerate().take(from_channels) {
            for row in 0..plane / tile_row * TILE {
                let Some(from) = row.checked_sub(rows.padding).filter(|&from| from < rows.from) else { continue };
                let from = &source[(channel * rows.from + from) * length..][..length];
                for remainder in 0..TILE {
                    let start = (row % TILE * TILE + remainder) * plane + row / TILE * tile_row;
                    let to = &mut planes[start..start + tile_row];
                    // The first column of this remainder, and the tile that it lies in.
                    let column = (remainder + TILE - columns.padding % TILE) % TILE;
                    let to = &mut to[(column + columns.padding) / TILE * images..];
                    every(from.get(column * images..).unwrap_or(&[]), TILE, to, 1, images);
                }
            }
        }
        planes
    }

    /// The results on planes `[channel, row's remainder, column's remainder, row of tiles, column of tiles, image]` to
    /// their places, through the epilogue.
    ///
    /// # Safety
    /// The outputs of this piece must be this thread's alone.
    #[inline(always)]
    unsafe fn lay_together<V: Vector<Element = T>>(&self, planes: &[T], length: usize, out: Shared<T>, epilogue: Epilogue<T>) {
        let Whole { images, to_channels, .. } = self.whole;
        let channels = self.channels::<V>();
        let ([_, across], [height, width], side) = (self.whole.tiles(), self.whole.size(), TILE / self.whole.window);
        for channel in channels {
            let planes = &planes[channel * side * side * length..];
            for row in 0..height {
                let first = ((self.group * to_channels + channel) * height + row) * width * images;
                // SAFETY: the row is this task's alone.
                let to = unsafe { std::slice::from_raw_parts_mut(out.at(first), width * images) };
                let tile = row / side * (across + 1) * images;
                for remainder in 0..side.min(width) {
                    let from = &planes[(row % side * side + remainder) * length + tile..];
                    every(from, 1, &mut to[remainder * images..], side, images);
                }
                apply(epilogue, to, first);
            }
        }
    }
}

/// Copies the columns 0, `from_step`, ... to the columns 0, `to_step`, ..., as far as there are both.
#[inline(always)]
fn every<T: Float>(from: &[T], from_step: usize, to: &mut [T], to_step: usize, images: usize) {
    if images == 1 {
        // Loops that become shuffles of vectors.
        from.iter().step_by(from_step).zip(to.iter_mut().step_by(to_step)).for_each(|(from, to)| *to = *from);
        return;
    }
    let pairs = from.chunks(images).step_by(from_step).zip(to.chunks_mut(images).step_by(to_step));
    pairs.for_each(|(from, to)| to.copy_from_slice(&from[..to.len()]));
}

/// What becomes of a row of sums, of which the first is the result's number `first`.
#[inline(always)]
fn apply<T: Float>(epilogue: Epilogue<T>, row: &mut [T], first: usize) {
    match epilogue {
        Epilogue::Identity => (),
        Epilogue::Relu => row.iter_mut().filter(|y| **y <= T::ZERO).for_each(|y| *y = T::ZERO),
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
    }
}
