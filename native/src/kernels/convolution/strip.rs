//! Columns of a row, side by side between columns of zeros.

use crate::kernels::normalization::Reading;
use crate::kernels::vector::{Vector, zeros};

/// Columns `first`, `first + step`, ... of a row; those outside the row are zeros.
pub(super) struct Strip {
    /// Zeros before the row's columns, and the row's columns: `first`, `first + step`, ...
    before: usize,
    inside: usize,
    first: usize,
    step: usize,
    /// All columns.
    pub(super) count: usize,
}

impl Strip {
    /// `count` columns of a row of `length`.
    pub(super) fn new(first: isize, step: usize, count: usize, length: usize) -> Self {
        let up_to = |column: isize| usize::try_from(column - first).map_or(0, |far| far.div_ceil(step)).min(count);
        let (before, end) = (up_to(0), up_to(length as isize));
        let from = if end > before { first + (before * step) as isize } else { 0 };
        Self { before, inside: end - before, first: from as usize, step, count }
    }

    /// Lays `images` numbers of each column out, `pitch` apart and zeros between them. `row` begins at column 0 of these
    /// images, and its columns lie `column` apart. Returns where the strip ends.
    ///
    /// # Safety
    /// `to` must be valid for `count * pitch` numbers.
    #[inline(always)]
    pub(super) unsafe fn lay_out<V: Vector>(
        &self,
        reading: Reading<V::Element>,
        row: &[V::Element],
        column: usize,
        [images, pitch]: [usize; 2],
        to: *mut V::Element,
    ) -> *mut V::Element {
        let &Self { before, inside, first, step, count } = self;
        // SAFETY: the caller's promise.
        unsafe {
            zeros::<V>(to, before * pitch);
            let to = to.add(before * pitch);
            if step == 1 && pitch == column {
                // All columns at once, since they lie side by side in both places.
                let read = inside * images;
                reading.read::<V>(&row[first * column..][..read], std::slice::from_raw_parts_mut(to, read));
            } else {
                for place in 0..inside {
                    let (from, to) = (&row[(first + place * step) * column..][..images], to.add(place * pitch));
                    reading.read::<V>(from, std::slice::from_raw_parts_mut(to, images));
                    zeros::<V>(to.add(images), pitch - images);
                }
            }
            zeros::<V>(to.add(inside * pitch), (count - before - inside) * pitch);
            to.add((count - before) * pitch)
        }
    }
}
