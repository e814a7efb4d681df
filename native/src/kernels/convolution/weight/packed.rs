//! Rows of x whose every tap lies in them: with zeros around them, and columns that a stride leads to side by side.

use crate::kernels::geometry::{Axis, Geometry};
use crate::kernels::vector::Float;

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
    pub(super) slots: usize,
}

impl Packing {
    pub(super) fn new(g: &Geometry) -> Self {
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
        let slots = g.rows.input.min((g.rows.kernel - 1).saturating_mul(g.rows.dilation) + 1);
        let columns = strips.iter().fold(0, |sum: usize, strip| sum.saturating_add(strip.count));
        Self { strips, starts, columns, slots }
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
    pub(super) fn pack<T: Float>(&self, g: &Geometry, x: &[T], to: &mut [T]) {
        let (input, stride, images) = (g.columns.input as isize, g.columns.stride, g.images);
        let mut left = to;
        for &Strip { first, count } in &self.strips {
            let (to, next) = std::mem::take(&mut left).split_at_mut(count * images);
            left = next;
            if stride == 1 {
                let before = (-first).clamp(0, count as isize) as usize;
                let from = first + before as isize;
                let inside = (count - before).min((input - from).max(0) as usize);
                let from = if inside == 0 { 0 } else { from as usize };
                to[..before * images].fill(T::ZERO);
                to[before * images..][..inside * images].copy_from_slice(&x[from * images..][..inside * images]);
                to[(before + inside) * images..].fill(T::ZERO);
                continue;
            }
            for (column, to) in to.chunks_exact_mut(images).enumerate() {
                let source = usize::try_from(first + (column * stride) as isize).ok();
                match source.and_then(|source| x.get(source * images..(source + 1) * images)) {
                    Some(from) => to.iter_mut().zip(from).for_each(|(to, &from)| *to = from),
                    None => to.fill(T::ZERO),
                }
            }
        }
    }
}
