//! Rows of x whose every tap lies in them: with zeros around them, and columns that a stride leads to side by side.

use crate::kernels::geometry::Geometry;
use crate::kernels::vector::Float;

/// How a row of x is packed, and how many rows are kept.
pub(super) struct Packing {
    /// Packed columns of each remainder of a column by the stride.
    columns: usize,
    /// The source column of the first packed column, without its remainder, in strides.
    first: isize,
    pub(super) slots: usize,
}

impl Packing {
    pub(super) fn new(g: &Geometry) -> Self {
        let axis = g.columns;
        let shift = |kx: usize| Self::start(g, kx).div_euclid(axis.stride as isize);
        let (first, last) = (shift(0), shift(axis.kernel - 1));
        let slots = g.rows.input.min((g.rows.kernel - 1).saturating_mul(g.rows.dilation) + 1);
        Self { columns: axis.output + (last - first) as usize, first, slots }
    }

    /// The source column of output column 0.
    fn start(g: &Geometry, kx: usize) -> isize {
        (kx * g.columns.dilation) as isize - g.columns.padding as isize
    }

    /// Elements of a packed row, and of all kept rows of a group.
    pub(super) fn row_length(&self, g: &Geometry) -> usize {
        self.columns.saturating_mul(g.columns.stride).saturating_mul(g.images)
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
        let (start, stride) = (Self::start(g, kx), g.columns.stride as isize);
        let column = start.rem_euclid(stride) as usize * self.columns + (start.div_euclid(stride) - self.first) as usize;
        column * g.images
    }

    /// Packs a row of x.
    pub(super) fn pack<T: Float>(&self, g: &Geometry, x: &[T], to: &mut [T]) {
        let (input, stride, images) = (g.columns.input as isize, g.columns.stride, g.images);
        for (phase, to) in to.chunks_exact_mut((self.columns * images).max(1)).enumerate() {
            let source = |column: usize| (self.first + column as isize) * stride as isize + phase as isize;
            if stride == 1 {
                let before = (-source(0)).clamp(0, self.columns as isize) as usize;
                let count = (self.columns - before).min((input - source(before)).max(0) as usize);
                let from = if count == 0 { 0 } else { source(before) as usize };
                to[..before * images].fill(T::ZERO);
                to[before * images..][..count * images].copy_from_slice(&x[from * images..][..count * images]);
                to[(before + count) * images..].fill(T::ZERO);
                continue;
            }
            for (column, to) in to.chunks_exact_mut(images).enumerate() {
                match usize::try_from(source(column)).ok().and_then(|source| x.get(source * images..(source + 1) * images)) {
                    Some(from) => to.iter_mut().zip(from).for_each(|(to, &from)| *to = from),
                    None => to.fill(T::ZERO),
                }
            }
        }
    }
}
