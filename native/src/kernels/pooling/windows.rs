//! The windows of a pooling.

use std::ops::Range;

use crate::error::Result;
use crate::kernels::geometry::Axis;
use crate::{memory, parallel};

/// Fewer images than these do not fill a vector, so windows are laid side by side.
pub(super) const FEW_IMAGES: usize = 8;
/// Elements of rows that are laid out together at most: less than the nearest caches hold.
const LAID_OUT: usize = 1 << 16;
/// Elements of a row that is laid out alone at most.
pub(super) const MOST_LAID_OUT: usize = 1 << 21;

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
    /// Asks for the memory in which each thread lists a window's taps and lays windows out.
    pub(super) fn ensure_scratch(&self) -> Result<()> {
        let row = self.area() * self.output_row();
        let laid_out = if self.images < FEW_IMAGES && row <= MOST_LAID_OUT { row.max(LAID_OUT) } else { 0 };
        memory::ensure(parallel::threads(), self.area() * size_of::<(usize, usize)>() + laid_out * size_of::<f64>())
    }
    /// Whether windows of neighbouring rows share no row, and all begin in the image.
    pub fn rows_lie_apart(&self) -> bool {
        self.rows.stride == self.rows.kernel && self.rows.padding == 0
    }
    /// Lanes that stand together: few images are laid side by side.
    pub(super) fn lanes(&self) -> usize {
        if self.images < FEW_IMAGES { usize::MAX } else { self.images }
    }
    pub(super) fn input_row(&self) -> usize {
        self.columns.input * self.images
    }
    pub(super) fn output_row(&self) -> usize {
        self.columns.output * self.images
    }
    pub(super) fn for_output_rows(&self, function: impl Fn(usize, Range<usize>) + Sync) {
        if self.images < FEW_IMAGES {
            let rows = (LAID_OUT / (self.area() * self.output_row()).max(1)).clamp(1, self.rows.output.max(1));
            self.for_rows(self.rows.output.div_ceil(rows), rows * self.output_row(), |channel, piece| {
                function(channel, piece * rows..((piece + 1) * rows).min(self.rows.output));
            });
        } else {
            self.for_rows(self.rows.output, self.output_row(), |channel, row| function(channel, row..row + 1));
        }
    }
    pub(super) fn for_rows(&self, rows: usize, row_length: usize, function: impl Fn(usize, usize) + Sync) {
        let grain = (parallel::WORTH_A_THREAD / (row_length * self.area()).max(1)).max(1);
        let total = self.channels * rows;
        let pieces = parallel::even(total.div_ceil(grain).min(8 * parallel::threads()));
        parallel::for_each(pieces, |piece| {
            for index in parallel::share(total, piece, pieces) {
                function(index % self.channels, index / self.channels);
            }
        });
    }
}
