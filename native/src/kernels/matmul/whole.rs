//! A product, of which tasks make parts.

use crate::kernels::buffer::Shared;
use crate::kernels::follow::Followed;
use crate::kernels::vector::{Float, Vector};

/// A matrix somewhere in memory: element (r, c) is `data[r * row_stride + c * column_stride]`.
#[derive(Clone, Copy)]
pub struct Matrix<'a, T> {
    pub data: &'a [T],
    pub rows: usize,
    pub columns: usize,
    pub row_stride: usize,
    pub column_stride: usize,
}

impl<T> Matrix<'_, T> {
    pub(super) fn transposed(self) -> Self {
        Self { rows: self.columns, columns: self.rows, row_stride: self.column_stride, column_stride: self.row_stride, ..self }
    }
    /// What laying vectors along this factor's columns costs, in packed elements and idle lanes.
    pub(super) fn cost(&self, other_rows: usize) -> usize {
        let lanes = self.columns.next_multiple_of(16) * self.rows;
        let packing = match (self.column_stride, self.row_stride) {
            (1, _) => lanes / 8,
            (_, 1) => lanes / 2,
            _ => lanes,
        };
        lanes * other_rows / 16 + packing
    }
}

/// Terms of one chain.
pub const BLOCK: usize = 64;

/// Where each output's first chain starts: at +0, or at the bias of its row or column of the result.
#[derive(Clone, Copy)]
pub enum Start<'a, T> {
    Zero,
    Column(&'a [T]),
    Row(&'a [T]),
}

impl<T> Start<'_, T> {
    pub(super) fn transposed(self) -> Self {
        match self {
            Self::Zero => Self::Zero,
            Self::Column(bias) => Self::Row(bias),
            Self::Row(bias) => Self::Column(bias),
        }
    }
}

#[derive(Clone, Copy)]
pub(super) struct Whole<'a, T> {
    pub(super) a: Matrix<'a, T>,
    pub(super) b: Matrix<'a, T>,
    pub(super) start: Start<'a, T>,
    pub(super) relu: bool,
    pub(super) out: Shared<T>,
    pub(super) followed: Option<&'a Followed<'a, T>>,
}

/// Rows of a tile: as many as the registers hold.
pub(super) const fn tile_rows<V: Vector>() -> usize {
    if V::REGISTERS >= 32 { 8 } else { 6 }
}

impl<T: Float> Whole<'_, T> {
    /// Columns of a panel, which is as wide as a tile: one vector or two.
    pub(super) fn width<V: Vector>(&self) -> usize {
        V::LANES * if self.b.columns <= V::LANES { 1 } else { 2 }
    }
    /// Whether a factor that lies row by row is read in place: few rows or a short depth would not repay packing.
    pub(super) fn in_place<V: Vector>(&self) -> bool {
        self.b.column_stride == 1 && (self.b.rows <= 64 || self.a.rows <= 2 * tile_rows::<V>())
    }
}
