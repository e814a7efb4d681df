//! Rows of x that are laid out: as they are, or with zeros around them, and columns that a stride leads to side by side, so
//! that every tap lies in them.

use super::line::Walk;
use crate::kernels::geometry::{Axis, Geometry};
use crate::kernels::normalization::Reading;
use crate::kernels::vector::{Float, Vector};

/// Source columns `first`, `first + stride`, ... side by side; those outside the row are zeros.
struct Strip {
    first: isize,
    count: usize,
}

/// How a row of x is packed, strip after strip, and how many rows are kept.
pub(super) struct Packing {
    strips: Vec<Strip>,
    /// The packed column that output column 0 meets at each kernel column.
    starts: Vec<usize>,
    /// Packed columns of all strips.
    columns: usize,
    /// How far apart a strip's columns lie in x.
    stride: usize,
    pub(super) slots: usize,
}

impl Packing {
    /// As the rows are walked.
    pub(super) fn of(g: &Geometry) -> Self {
        if Walk::of(g) == Walk::Packed { Self::with_taps(g) } else { Self::as_they_are(g) }
    }

    fn as_they_are(g: &Geometry) -> Self {
        let columns = g.columns.input;
        let strips = vec![Strip { first: 0, count: columns }];
        Self { strips, starts: Vec::new(), columns, stride: 1, slots: slots(g) }
    }

    fn with_taps(g: &Geometry) -> Self {
        let Axis { output, kernel, stride, padding, dilation, .. } = g.columns;
        let start = |kx: usize| (kx * dilation) as isize - padding as isize;
        let stride = stride as isize;
        let shift = |kx: usize| start(kx).div_euclid(stride);
        // A strip for each remainder of a column by the stride that is met, or for each tap where these are far apart.
        let reach = output.saturating_add((shift(kernel - 1) - shift(0)) as usize);
        let mut phases: Vec<isize> = (0..kernel).map(|kx| start(kx).rem_euclid(stride)).collect();
        phases.sort_unstable();
        phases.dedup();
        let (strips, starts): (Vec<_>, Vec<_>) = if kernel.saturating_mul(output) < phases.len().saturating_mul(reach) {
            (
                (0..kernel).map(|kx| Strip { first: start(kx), count: output }).collect(),
                (0..kernel).map(|kx| kx * output).collect(),
            )
        } else {
            let place = |kx: usize| phases.partition_point(|&phase| phase < start(kx).rem_euclid(stride));
            let first = |phase: isize| shift(0) * stride + phase;
            (
                phases.iter().map(|&phase| Strip { first: first(phase), count: reach }).collect(),
                (0..kernel).map(|kx| place(kx) * reach + (shift(kx) - shift(0)) as usize).collect(),
            )
        };
        let columns = strips.iter().fold(0, |sum: usize, strip| sum.saturating_add(strip.count));
        Self { strips, starts, columns, stride: g.columns.stride, slots: slots(g) }
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
        let zero = V::Element::ZERO;
        let (input, stride, images) = (g.columns.input as isize, self.stride, g.images);
        let mut left = to;
        for &Strip { first, count } in &self.strips {
            let (to, next) = std::mem::take(&mut left).split_at_mut(count * images);
            left = next;
            if stride == 1 {
                let before = (-first).clamp(0, count as isize) as usize;
                let from = first + before as isize;
                let inside = (count - before).min((input - from).max(0) as usize);
                let from = if inside == 0 { 0 } else { from as usize };
                to[..before * images].fill(zero);
                reading.read::<V>(&x[from * images..][..inside * images], &mut to[before * images..][..inside * images]);
                to[(before + inside) * images..].fill(zero);
                continue;
            }
            for (column, to) in to.chunks_exact_mut(images).enumerate() {
                let source = usize::try_from(first + (column * stride) as isize).ok();
                match source.and_then(|source| x.get(source * images..(source + 1) * images)) {
                    Some(from) => reading.read::<V>(from, to),
                    None => to.fill(zero),
                }
            }
        }
    }
}

/// Rows that the kernel meets together.
fn slots(g: &Geometry) -> usize {
    g.rows.input.min((g.rows.kernel - 1).saturating_mul(g.rows.dilation) + 1)
}
