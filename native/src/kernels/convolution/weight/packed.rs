//! Rows of x that are laid out: as they are, or with zeros around them, and columns that a stride leads to side by side, so
//! that every tap lies in them.

use super::line::Walk;
use crate::kernels::convolution::strip::Strip;
use crate::kernels::geometry::{Axis, Geometry};
use crate::kernels::normalization::Reading;
use crate::kernels::vector::Vector;

/// How a row of x is packed, strip after strip, and how many rows are kept.
pub(super) struct Packing {
    strips: Vec<Strip>,
    /// The packed column that output column 0 meets at each kernel column.
    starts: Vec<usize>,
    /// Packed columns of all strips.
    columns: usize,
    pub(super) slots: usize,
}

impl Packing {
    /// As the rows are walked.
    pub(super) fn of(g: &Geometry) -> Self {
        if Walk::of(g) == Walk::Packed { Self::with_taps(g) } else { Self::as_they_are(g) }
    }

    fn as_they_are(g: &Geometry) -> Self {
        let columns = g.columns.input;
        let strips = vec![Strip::new(0, 1, columns, columns)];
        Self { strips, starts: Vec::new(), columns, slots: slots(g) }
    }

    fn with_taps(g: &Geometry) -> Self {
        let Axis { input, output, kernel, stride: step, padding, dilation } = g.columns;
        let start = |kx: usize| (kx * dilation) as isize - padding as isize;
        let stride = step as isize;
        let strip = |first: isize, count: usize| Strip::new(first, step, count, input);
        let shift = |kx: usize| start(kx).div_euclid(stride);
        // A strip for each remainder of a column by the stride that is met, or for each tap where these are far apart.
        let reach = output.saturating_add((shift(kernel - 1) - shift(0)) as usize);
        let mut phases: Vec<isize> = (0..kernel).map(|kx| start(kx).rem_euclid(stride)).collect();
        phases.sort_unstable();
        phases.dedup();
        let (strips, starts): (Vec<_>, Vec<_>) = if kernel.saturating_mul(output) < phases.len().saturating_mul(reach) {
            ((0..kernel).map(|kx| strip(start(kx), output)).collect(), (0..kernel).map(|kx| kx * output).collect())
        } else {
            let place = |kx: usize| phases.partition_point(|&phase| phase < start(kx).rem_euclid(stride));
            let first = |phase: isize| shift(0) * stride + phase;
            (
                phases.iter().map(|&phase| strip(first(phase), reach)).collect(),
                (0..kernel).map(|kx| place(kx) * reach + (shift(kx) - shift(0)) as usize).collect(),
            )
        };
        let columns = strips.iter().fold(0, |sum: usize, strip| sum.saturating_add(strip.count));
        Self { strips, starts, columns, slots: slots(g) }
    }

    /// Elements of a packed row, and of all kept rows of a group.
    pub(super) fn row_length(&self, g: &Geometry) -> usize {
        self.columns.saturating_mul(g.images)
    }
    pub(super) fn length(&self, g: &Geometry) -> usize {
        self.row_length(g).saturating_mul(self.slots).saturating_mul(g.in_group())
    }

    /// Where a row is kept, together with the rows that the kernel meets beside it.
    pub(super) fn slot(&self, row: usize) -> usize {
        row % self.slots
    }

    /// Where a kept row of a group's channel begins.
    pub(super) fn at(&self, g: &Geometry, input: usize, row: usize) -> usize {
        (input * self.slots + self.slot(row)) * self.row_length(g)
    }

    /// Which element of a packed row output column 0 meets.
    pub(super) fn offset(&self, g: &Geometry, kx: usize) -> usize {
        self.starts[kx] * g.images
    }

    /// Packs a row of x.
    #[inline(always)]
    pub(super) fn pack<V: Vector>(&self, g: &Geometry, reading: Reading<V::Element>, x: &[V::Element], to: &mut [V::Element]) {
        assert_eq!(to.len(), self.row_length(g));
        let mut to = to.as_mut_ptr();
        for strip in &self.strips {
            // SAFETY: a packed row's length is that of all strips.
            to = unsafe { strip.lay_out::<V>(reading, x, g.images, [g.images; 2], to) };
        }
    }
}

/// Rows that the kernel meets together.
fn slots(g: &Geometry) -> usize {
    g.rows.input.min((g.rows.kernel - 1).saturating_mul(g.rows.dilation) + 1)
}
