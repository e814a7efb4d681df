//! The bias gradient alone, as [`super::weight_gradient`] gives it.

use crate::error::Result;
use crate::kernels::buffer::{Shared, filled};
use crate::kernels::geometry::Geometry;
use crate::kernels::partials::{PARTIALS, carry_on, join};
use crate::kernels::vector::{Float, Kernel, Vector};
use crate::parallel;

struct Channels<'a, T> {
    dy: &'a [T],
    rows: usize,
    row_length: usize,
    db: Shared<T>,
    first: usize,
    last: usize,
}

impl<T: Float> Kernel<T> for Channels<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        for channel in self.first..self.last {
            let mut sums = [T::ZERO; PARTIALS];
            for row in 0..if self.row_length == 0 { 0 } else { self.rows } {
                add_row::<V>(&mut sums, &self.dy[(channel * self.rows + row) * self.row_length..][..self.row_length]);
            }
            // SAFETY: each channel belongs to one task.
            unsafe { *self.db.at(channel) = join(sums) };
        }
    }
}

/// Adds a row of dy to a bias's partials.
#[inline(always)]
pub(super) fn add_row<V: Vector>(sums: &mut [V::Element; PARTIALS], row: &[V::Element]) {
    carry_on(sums, row.len(), |total: V, j| {
        // SAFETY: no more terms are read than there are.
        total.add(unsafe { V::load_up_to(row.as_ptr().add(j), row.len() - j) })
    });
}

/// `dy [o, h', w', n] -> db [o]`.
pub fn bias_gradient<T: Float>(geometry: &Geometry, dy: &[T]) -> Result<Vec<T>> {
    let (rows, row_length) = (geometry.rows.output, geometry.columns.output * geometry.images);
    let grain = 1 + parallel::WORTH_A_THREAD / (rows * row_length).max(1);
    // SAFETY: the ranges cover all channels.
    unsafe {
        filled(geometry.out_channels, |db| {
            parallel::for_ranges(geometry.out_channels, grain, |first, last| {
                T::dispatch(Channels { dy, rows, row_length, db, first, last });
            });
        })
    }
}
