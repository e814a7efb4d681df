//! Patches of the source and their transforms.

use std::ops::Range;

use super::lines::Lines;
use super::tiles::{Form, Tiles};
use crate::kernels::tile::with_constant;
use crate::kernels::vector::{Float, Kernel, Vector};

/// Where a patch lies in the source.
#[derive(Clone, Copy)]
pub(super) struct Patch<T, const SIDE: usize> {
    /// The patch's rows in the first channel.
    pub(super) rows: [*const T; SIDE],
    /// The patch's columns in each row.
    pub(super) columns: [usize; SIDE],
    /// How far the same row of the next channel is.
    pub(super) step: usize,
    /// Which rows and which columns lie in the image. The others count as zeros; for each stands a row or column that
    /// may be read.
    pub(super) inside: [[bool; SIDE]; 2],
}

impl<T, const SIDE: usize> Patch<T, SIDE> {
    /// The patch whose first row and column are `first` in the padded images of the source `[channel, row, column, image]`.
    pub(super) fn new(source: &[T], images: usize, size: [usize; 2], padding: [usize; 2], first: [usize; 2]) -> Self {
        let [rows, columns] = std::array::from_fn(|axis| along(first[axis], padding[axis], size[axis]));
        Self {
            rows: rows.map(|row: Option<usize>| source[row.unwrap_or(0) * size[1] * images..].as_ptr()),
            columns: columns.map(|column| column.unwrap_or(0) * images),
            step: size[0] * size[1] * images,
            inside: [rows, columns].map(|places| places.map(|place| place.is_some())),
        }
    }

    /// The patch's places that lie in the image, in the first channel, row by row, from `lane` on.
    pub(super) fn places(&self, lane: usize) -> impl Iterator<Item = *const T> {
        let inside = move |axis: usize| (0..SIDE).filter(move |&place| self.inside[axis][place]);
        inside(0).flat_map(move |r| inside(1).map(move |c| self.rows[r].wrapping_add(self.columns[c] + lane)))
    }
}

/// `B^T d B` of some rows of places, of all channels, for one or two vectors from `lane` on, to `[channel, place, lane]`. The source has `left`
/// lanes from `lane` on.
pub(super) struct Transform<T, const TILE: usize, const SIDE: usize> {
    pub(super) patch: Patch<T, SIDE>,
    pub(super) channels: usize,
    pub(super) lane: usize,
    pub(super) left: usize,
    pub(super) vectors: usize,
    /// Rows of places.
    pub(super) of_places: Range<usize>,
    pub(super) to: *mut T,
}

impl<T: Float, const TILE: usize, const SIDE: usize> Kernel<T> for Transform<T, TILE, SIDE>
where
    Tiles<TILE, SIDE>: Form<TILE, SIDE>,
{
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        // SAFETY: `Piece` gives a patch that is valid for all channels and lanes, and room for the transforms.
        unsafe { with_constant!(W = self.vectors, [1; 2], self.vectors::<V, W>()) }
    }
}

impl<T: Float, const TILE: usize, const SIDE: usize> Transform<T, TILE, SIDE>
where
    Tiles<TILE, SIDE>: Form<TILE, SIDE>,
{
    /// # Safety
    /// The patch must be valid for all channels and for the lanes that are left, and `to` for W vectors of every place
    /// and channel.
    #[inline(always)]
    unsafe fn vectors<V: Vector<Element = T>, const W: usize>(self) {
        let [rows, columns] = self.patch.inside;
        let left = self.left;
        // SAFETY: the caller's promise; past the last lane there are zeros.
        unsafe {
            if rows == [true; SIDE] && columns == [true; SIDE] && left >= W * V::LANES {
                self.channels::<V, W>(|from, _, _| V::load(from));
            } else {
                // No `map` for vectors: it would be a call, compiled for any processor.
                let outside = V::zero().less(V::zero());
                let mut inside = [outside; SIDE];
                for r in 0..SIDE {
                    if rows[r] {
                        inside[r] = V::zero().equal(V::zero());
                    }
                }
                if left >= W * V::LANES {
                    self.channels::<V, W>(|from, r, _| V::select(inside[r], V::load(from), V::zero()));
                } else {
                    self.channels::<V, W>(|from, r, lane| {
                        V::select(inside[r], V::load_up_to(from, left.saturating_sub(lane)), V::zero())
                    });
                }
            }
        }
    }

    /// `load(at, row, lane)` gives the vector at a place of the patch whose column lies in the image.
    ///
    /// # Safety
    /// `to` must be valid for W vectors of every place and channel.
    #[inline(always)]
    unsafe fn channels<V: Vector<Element = T>, const W: usize>(self, load: impl Fn(*const T, usize, usize) -> V) {
        let Patch { rows, columns, step, inside: [_, inside] } = self.patch;
        let mut offset = self.lane;
        let mut to = self.to;
        for _ in 0..self.channels {
            for w in 0..W {
                let lane = w * V::LANES;
                let mut lines = Lines::<V, SIDE, SIDE>::new();
                for c in 0..SIDE {
                    if !inside[c] {
                        lines.set_column(c, [V::zero(); SIDE]); // zeros give zeros
                        continue;
                    }
                    let mut d = [V::zero(); SIDE];
                    for r in 0..SIDE {
                        d[r] = load(rows[r].wrapping_add(offset + columns[c] + lane), r, lane);
                    }
                    lines.set_column(c, Tiles::<TILE, SIDE>::input(d));
                }
                for (r, row) in self.of_places.clone().enumerate() {
                    // SAFETY: all columns were set.
                    let values = Tiles::<TILE, SIDE>::input(unsafe { lines.row(row) });
                    for c in 0..SIDE {
                        // SAFETY: the caller's promise.
                        unsafe { values[c].store(to.add((r * SIDE + c) * W * V::LANES + lane)) };
                    }
                }
            }
            offset += step;
            to = to.wrapping_add(SIDE * self.of_places.len() * W * V::LANES);
        }
    }
}

/// Where each place of a patch's side lies in the image, if it lies in the image.
fn along<const SIDE: usize>(first: usize, padding: usize, size: usize) -> [Option<usize>; SIDE] {
    std::array::from_fn(|place| (first + place).checked_sub(padding).filter(|&at| at < size))
}
