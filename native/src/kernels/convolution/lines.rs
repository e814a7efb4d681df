//! The lines between the two passes of a transform in two dimensions: the first pass gives columns, the second takes rows.

use std::mem::MaybeUninit;

use crate::kernels::vector::Vector;

/// Vectors in memory, `[row, column]`. Nothing clears them first: that would take as long as a pass.
pub(super) struct Lines<V, const ROWS: usize, const COLUMNS: usize>(MaybeUninit<[[V; COLUMNS]; ROWS]>);

impl<V: Vector, const ROWS: usize, const COLUMNS: usize> Lines<V, ROWS, COLUMNS> {
    #[inline(always)]
    pub(super) fn new() -> Self {
        Self(MaybeUninit::uninit())
    }

    #[inline(always)]
    pub(super) fn set_column(&mut self, column: usize, values: [V; ROWS]) {
        assert!(column < COLUMNS);
        let first = self.0.as_mut_ptr().cast::<V>();
        for row in 0..ROWS {
            // SAFETY: the lines have the place.
            unsafe { first.add(row * COLUMNS + column).write(values[row]) };
        }
    }

    /// # Safety
    /// All columns must have been set.
    #[inline(always)]
    pub(super) unsafe fn row(&self, row: usize) -> [V; COLUMNS] {
        assert!(row < ROWS);
        // SAFETY: the lines have the row; the caller's promise.
        unsafe { self.0.as_ptr().cast::<[V; COLUMNS]>().add(row).read() }
    }
}
