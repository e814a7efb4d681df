//! What one task does: its rows of its panels.

use std::ops::Range;

use super::pack::{ROOM, Room, pack};
use super::tiles::{Terms, Tiles};
use super::whole::{BLOCK, Whole, tile_rows};
use crate::kernels::tile::with_constant;
use crate::kernels::vector::{Float, Kernel, Vector};

/// Some rows of some panels of the result.
pub(super) struct Part<'a, T> {
    pub(super) whole: Whole<'a, T>,
    pub(super) panels: Range<usize>,
    pub(super) rows: Range<usize>,
}

impl<T: Float> Kernel<T> for Part<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let Whole { b, .. } = self.whole;
        let width = self.whole.width::<V>();
        let mut room = Room::<T>::new();
        let packed: *mut T = room.0.as_mut_ptr().cast();
        let (mut panel, end) = (self.panels.start, self.panels.end);
        // Only a last panel that is not whole needs its padding.
        let in_place_end = if self.whole.in_place::<V>() { end.min(b.columns / width) } else { 0 };
        let mut first = 0;
        while panel < end {
            let column = panel * width;
            let (panels, terms) = if panel < in_place_end {
                let at = b.data.as_ptr().wrapping_add(column);
                (panel..in_place_end, Terms { at, step: b.row_stride, first, last: b.rows })
            } else {
                let last = b.rows.min(first + ROOM / width / BLOCK * BLOCK);
                // SAFETY: `packed` has room for these terms of a panel.
                unsafe { pack(b, column, width, first..last, packed) };
                (panel..panel + 1, Terms { at: packed, step: width, first, last })
            };
            // SAFETY: the panels lie within b, or are packed and padded.
            unsafe { self.add::<V>(panels.clone(), terms) };
            first = terms.last % b.rows.max(1);
            if first == 0 {
                panel = panels.end;
            }
        }
        if let Some(followed) = self.whole.followed
            && self.panels.len() * width >= b.columns
        {
            // SAFETY: all columns of these rows are stored, by this thread.
            unsafe { followed.piece(0..1, self.rows.start * b.columns..self.rows.end * b.columns) };
        }
    }
}

impl<T: Float> Part<'_, T> {
    /// Carries the sums of some panels on, tile by tile. The terms belong to the first panel; the next panels' terms lie
    /// beside them.
    ///
    /// # Safety
    /// The terms of all these panels must be valid, and their rows of the result be this thread's alone.
    #[inline(always)]
    unsafe fn add<V: Vector<Element = T>>(&self, panels: Range<usize>, terms: Terms<T>) {
        let width = self.whole.width::<V>();
        // Tiles of nearly equal heights: a low tile would wait for its few sums.
        let rows = self.rows.len();
        let tiles = rows.div_ceil(tile_rows::<V>()).max(1);
        let (height, higher) = (rows / tiles, rows % tiles);
        let middle = self.rows.start + higher * (height + 1);
        for panel in panels.clone() {
            let column = panel * width;
            let terms = Terms { at: terms.at.wrapping_add((panel - panels.start) * width), ..terms };
            // SAFETY: the caller's promise.
            unsafe {
                if higher > 0 {
                    self.tiles::<V>(self.rows.start..middle, height + 1, column, terms);
                }
                self.tiles::<V>(middle..self.rows.end, height, column, terms);
            }
        }
    }

    /// # Safety
    /// As [`Self::add`], for the panel that begins at `column`.
    #[inline(always)]
    unsafe fn tiles<V: Vector<Element = T>>(&self, rows: Range<usize>, height: usize, column: usize, terms: Terms<T>) {
        // SAFETY: the caller's promise.
        unsafe {
            match (self.whole.b.columns <= V::LANES, self.whole.b.rows <= BLOCK) {
                (true, true) => self.tiles_of::<1, true>(rows, height, column, terms),
                (true, false) => self.tiles_of::<1, false>(rows, height, column, terms),
                (false, true) => self.tiles_of::<2, true>(rows, height, column, terms),
                (false, false) => self.tiles_of::<2, false>(rows, height, column, terms),
            }
        }
    }

    /// # Safety
    /// As [`Self::tiles`].
    #[inline(always)]
    unsafe fn tiles_of<const W: usize, const ONE_BLOCK: bool>(
        &self,
        rows: Range<usize>,
        height: usize,
        column: usize,
        terms: Terms<T>,
    ) {
        // On their own: inlined side by side they would be short of registers.
        with_constant!(R = height, [1 2 3 4 5 6 7; 8], {
            T::dispatch(Tiles::<T, R, W, ONE_BLOCK> { whole: self.whole, rows, column, terms })
        });
    }
}
