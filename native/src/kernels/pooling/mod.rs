//! Pooling over windows of `[channel, row, column, image]`, images innermost.
//!
//! Maximum: the first largest number of a window in the order (ky, kx) takes the whole gradient; NaN passes on. Its
//! place in the window, ky * kernel columns + kx, is the window's argmax, kept as a number of the tensor's type.
//! `dx[i] = sum over the windows whose maximum is i of dy`, a chain over the places (ky, kx) in ascending order.
//! Average: `y = (chain over (ky, kx) of x) / (kernel area)`; padding counts as zeros.

mod backward;
mod forward;

use std::ops::Range;

pub use self::backward::{Share, backward};
pub use self::forward::{average_forward, larger, max_forward};
use super::geometry::Axis;
use crate::parallel;

/// Fewer images than these do not fill a vector, so windows are laid side by side.
const FEW_IMAGES: usize = 8;

#[derive(Clone, Copy, Debug)]
pub struct Windows {
    pub channels: usize,
    pub images: usize,
    pub rows: Axis,
    pub columns: Axis,
}

impl Windows {
    fn area(&self) -> usize {
        self.rows.kernel * self.columns.kernel
    }
    fn input_row(&self) -> usize {
        self.columns.input * self.images
    }
    fn output_row(&self) -> usize {
        self.columns.output * self.images
    }
    fn for_output_rows(&self, function: impl Fn(usize, Range<usize>) + Sync) {
        if self.images < FEW_IMAGES {
            self.for_rows(1, self.rows.output * self.output_row(), |channel, _| function(channel, 0..self.rows.output));
        } else {
            self.for_rows(self.rows.output, self.output_row(), |channel, row| function(channel, row..row + 1));
        }
    }
    fn for_rows(&self, rows: usize, row_length: usize, function: impl Fn(usize, usize) + Sync) {
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
