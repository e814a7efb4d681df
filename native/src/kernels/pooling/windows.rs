//! The windows of a pooling.

use std::ops::Range;

use crate::kernels::geometry::Axis;
use crate::parallel;

/// Fewer images than these do not fill a vector, so windows are laid side by side.
pub(super) const FEW_IMAGES: usize = 8;

#[derive(Clone, Copy, Debug)]
pub struct Windows {
    pub channels: usize,
    pub images: usize,
    pub rows: Axis,
    pub columns: Axis,
}

impl Windows {
    pub(super) fn area(&self) -> usize {
        self.rows.kernel * self.columns.kernel
    }
    pub(super) fn input_row(&self) -> usize {
        self.columns.input * self.images
    }
    pub(super) fn output_row(&self) -> usize {
        self.columns.output * self.images
    }
    pub(super) fn for_output_rows(&self, function: impl Fn(usize, Range<usize>) + Sync) {
        if self.images < FEW_IMAGES {
            self.for_rows(1, self.rows.output * self.output_row(), |channel, _| function(channel, 0..self.rows.output));
        } else {
            self.for_rows(self.rows.output, self.output_row(), |channel, row| function(channel, row..row + 1));
        }
    }
    pub(super) fn for_rows(&self, rows: usize, row_length: usize, function: impl Fn(usize, usize) + Sync) {
        let grain = (parallel::WORTH_A_THREAD / (row_length * self.area()).max(1)).max(1);
        let total = self.channels * rows;
        let pieces = total.div_ceil(grain).min(8 * parallel::threads());
        parallel::for_each(pieces, |piece| {
            for index in total * piece / pieces..total * (piece + 1) / pieces {
                function(index % self.channels, index / self.channels);
            }
        });
    }
}
