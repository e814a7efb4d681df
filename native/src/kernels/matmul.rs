//! `c[m, n] = start[n or m] + a[m, 0] b[0, n] + a[m, 1] b[1, n] + ...`: one chain of fused multiply-adds
//! for each output, over k in ascending order, from the bias (or +0) on.
//!
//! The chain does not say which dimension the vector lanes lie along, so each product takes the one that
//! needs less packing and padding; the result comes out row-major or column-major accordingly.

use super::buffer::{Shared, filled};
use super::copy::transpose_block;
use super::tile::store;
use super::vector::{Float, Kernel, Vector};
use crate::error::Result;
use crate::parallel;

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
    fn transposed(self) -> Self {
        Self { rows: self.columns, columns: self.rows, row_stride: self.column_stride, column_stride: self.row_stride, ..self }
    }
    /// What it costs, in packed elements and idle lanes, to lay vectors along this factor's columns.
    fn cost(&self, other_rows: usize) -> usize {
        let lanes = self.columns.next_multiple_of(16) * self.rows;
        let packing = match (self.column_stride, self.row_stride) {
            (1, _) => lanes / 8,
            (_, 1) => lanes / 2,
            _ => lanes,
        };
        lanes * other_rows / 16 + packing
    }
}

/// Where each chain starts: at +0, or at the bias of its row or column of the result.
#[derive(Clone, Copy)]
pub enum Start<'a, T> {
    Zero,
    Column(&'a [T]),
    Row(&'a [T]),
}

impl<T> Start<'_, T> {
    fn transposed(self) -> Self {
        match self {
            Self::Zero => Self::Zero,
            Self::Column(bias) => Self::Row(bias),
            Self::Row(bias) => Self::Column(bias),
        }
    }
}

pub struct Product<T> {
    pub data: Vec<T>,
    /// Row-major `[n, m]` instead of `[m, n]`.
    pub transposed: bool,
}

/// `a @ b`, through `max(0, .)` where `relu` says so.
pub fn matmul<T: Float>(a: Matrix<T>, b: Matrix<T>, start: Start<T>, relu: bool) -> Result<Product<T>> {
    // Whoever reads the result likes it row-major: the other way has to be clearly cheaper.
    let transposed = 20 * a.transposed().cost(b.columns) < 19 * b.cost(a.rows);
    let data = if transposed {
        multiply(b.transposed(), a.transposed(), start.transposed(), relu)
    } else {
        multiply(a, b, start, relu)
    }?;
    Ok(Product { data, transposed })
}

/// `a @ b`, row-major.
pub fn multiply<T: Float>(a: Matrix<T>, b: Matrix<T>, start: Start<T>, relu: bool) -> Result<Vec<T>> {
    // SAFETY: the tiles cover all rows and columns.
    unsafe { filled(a.rows * b.columns, |out| T::dispatch(Whole { a, b, start, relu, out })) }
}

#[derive(Clone, Copy)]
struct Whole<'a, T> {
    a: Matrix<'a, T>,
    b: Matrix<'a, T>,
    start: Start<'a, T>,
    relu: bool,
    out: Shared<T>,
}

/// How many terms of its chains a tile adds between two jumps.
const UNROLLED: usize = 4;

/// Vectors side by side in a tile, and rows below one another: as many as the registers hold.
const fn tile_rows<V: Vector>() -> usize {
    if V::REGISTERS >= 32 { 8 } else { 6 }
}

impl<T: Float> Kernel<T> for Whole<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let Matrix { rows, .. } = self.a;
        let Matrix { rows: depth, columns, .. } = self.b;
        let width = V::LANES * if columns <= V::LANES { 1 } else { 2 };
        let panels = columns.div_ceil(width);
        // A factor that lies row by row is read in place where few rows or a short depth would not repay packing;
        // only a last panel that is not whole needs its padding.
        let in_place = self.b.column_stride == 1 && (depth <= 64 || rows <= 2 * tile_rows::<V>());
        let first_packed = if in_place { columns / width } else { 0 };
        let length = (panels - first_packed) * depth * width;
        let mut packed = Vec::<T>::with_capacity(length);
        let packed_at = Shared::new(packed.as_mut_ptr());
        let pack_pieces = if length > 2 * parallel::WORTH_A_THREAD { panels - first_packed } else { 1 };
        parallel::for_each(pack_pieces, |piece| {
            for panel in (first_packed + piece..panels).step_by(pack_pieces) {
                // SAFETY: each piece fills panels of its own.
                let to = unsafe { packed_at.at((panel - first_packed) * depth * width) };
                T::dispatch(Pack { b: self.b, column: panel * width, width, to });
            }
        });
        // SAFETY: every panel from `first_packed` on was packed.
        unsafe { packed.set_len(length) };
        let packed: &[T] = &packed;
        // Tasks divide the panels, and their rows too where there are few panels.
        let tiles = rows.div_ceil(tile_rows::<V>());
        let large = rows * columns * depth >= 32 * parallel::WORTH_A_THREAD && parallel::threads() > 1;
        let wanted = if large { 8 * parallel::threads() } else { 1 };
        let across = wanted.min(panels);
        let down = wanted.div_ceil(across.max(1)).min(tiles);
        parallel::for_each(across * down, |task| {
            let (column_part, row_part) = (task / down, task % down);
            for panel in panels * column_part / across..panels * (column_part + 1) / across {
                let (panel_of_b, stride) = match panel.checked_sub(first_packed) {
                    Some(panel) => (&packed[panel * depth * width..(panel + 1) * depth * width], width),
                    None => (self.b.data.get(panel * width..).unwrap_or_default(), self.b.row_stride),
                };
                T::dispatch(Rows {
                    whole: self,
                    panel: panel_of_b,
                    stride,
                    column: panel * width,
                    first: tiles * row_part / down * rows / tiles,
                    last: tiles * (row_part + 1) / down * rows / tiles,
                });
            }
        });
    }
}

/// `to[k * width + i] = b[k, column + i]`, 0 past the last column.
struct Pack<'a, T> {
    b: Matrix<'a, T>,
    column: usize,
    width: usize,
    /// A whole panel's room.
    to: *mut T,
}

impl<T: Float> Kernel<T> for Pack<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let Self { b, column, width, to } = self;
        let count = width.min(b.columns - column);
        // SAFETY: `to` has a whole panel's room; b's indices are below its rows and columns.
        unsafe {
            for k in 0..if count < width { b.rows } else { 0 } {
                std::slice::from_raw_parts_mut(to.add(k * width + count), width - count).fill(T::ZERO);
            }
            let from = b.data.as_ptr().wrapping_add(column * b.column_stride);
            match (b.column_stride, b.row_stride) {
                (1, _) => {
                    for k in 0..b.rows {
                        std::ptr::copy_nonoverlapping(from.add(k * b.row_stride), to.add(k * width), count);
                    }
                }
                (step, 1) => transpose_block::<V>(from, step, [count, b.rows], to, width),
                (step, row_step) => {
                    for i in 0..count {
                        for k in 0..b.rows {
                            *to.add(k * width + i) = *from.add(i * step + k * row_step);
                        }
                    }
                }
            }
        }
    }
}

/// The rows `first..last` of one panel of columns.
struct Rows<'a, T> {
    whole: Whole<'a, T>,
    panel: &'a [T],
    /// From one row of the panel to the next.
    stride: usize,
    column: usize,
    first: usize,
    last: usize,
}

impl<T: Float> Kernel<T> for Rows<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        // Tiles of even heights: a low one would wait for its few sums.
        let rows = self.last - self.first;
        let tiles = rows.div_ceil(tile_rows::<V>());
        let mut row = self.first;
        for tile in 0..tiles {
            let height = rows / tiles + usize::from(tile < rows % tiles);
            // SAFETY: the tile lies within the matrices, and belongs to this task alone.
            unsafe {
                if self.whole.b.columns <= V::LANES {
                    self.tile_of::<V, 1>(row, height)
                } else {
                    self.tile_of::<V, 2>(row, height)
                }
            }
            row += height;
        }
    }
}

impl<T: Float> Rows<'_, T> {
    #[inline(always)]
    unsafe fn tile_of<V: Vector<Element = T>, const W: usize>(&self, row: usize, rows: usize) {
        // SAFETY: the caller's promise.
        unsafe {
            match rows {
                1 => self.tile::<V, 1, W>(row),
                2 => self.tile::<V, 2, W>(row),
                3 => self.tile::<V, 3, W>(row),
                4 => self.tile::<V, 4, W>(row),
                5 => self.tile::<V, 5, W>(row),
                6 => self.tile::<V, 6, W>(row),
                7 => self.tile::<V, 7, W>(row),
                _ => self.tile::<V, 8, W>(row),
            }
        }
    }

    #[inline(always)]
    unsafe fn tile<V: Vector<Element = T>, const R: usize, const W: usize>(&self, row: usize) {
        if R > tile_rows::<V>() {
            return; // never asked for; nothing to compile
        }
        let Whole { a, b, start, relu, out } = self.whole;
        let columns = b.columns - self.column;
        // SAFETY: the caller's promise; the panel is padded to whole vectors.
        unsafe {
            let mut sums = [[V::zero(); W]; R];
            match start {
                Start::Zero => {}
                Start::Column(bias) => {
                    for w in 0..W {
                        let offset = (w * V::LANES).min(columns);
                        let bias = V::load_up_to(bias.as_ptr().add(self.column + offset), columns - offset);
                        for r in 0..R {
                            sums[r][w] = bias;
                        }
                    }
                }
                Start::Row(bias) => {
                    for r in 0..R {
                        sums[r] = [V::splat(bias[row + r]); W];
                    }
                }
            }
            let mut from_a = a.data.as_ptr().add(row * a.row_stride);
            let mut from_b = self.panel.as_ptr();
            // Fewer jumps: the end of a short loop is foreseen then.
            for _ in 0..b.rows / UNROLLED {
                for _ in 0..UNROLLED {
                    add_term(&mut sums, from_a, a.row_stride, from_b);
                    from_a = from_a.wrapping_add(a.column_stride);
                    from_b = from_b.wrapping_add(self.stride);
                }
            }
            for _ in 0..b.rows % UNROLLED {
                add_term(&mut sums, from_a, a.row_stride, from_b);
                from_a = from_a.wrapping_add(a.column_stride);
                from_b = from_b.wrapping_add(self.stride);
            }
            let to = out.at(row * b.columns + self.column);
            if relu {
                store(sums, to, b.columns, columns, |sum, _, _| V::select(sum.less_equal(V::zero()), V::zero(), sum));
            } else {
                store(sums, to, b.columns, columns, |sum, _, _| sum);
            }
        }
    }
}

/// One more term of each chain of a tile: a number of each row times the vectors at `from_b`.
#[inline(always)]
unsafe fn add_term<V: Vector, const R: usize, const W: usize>(
    sums: &mut [[V; W]; R],
    from_a: *const V::Element,
    row_stride: usize,
    from_b: *const V::Element,
) {
    // SAFETY: the caller's promise: R rows of a and W vectors of b are there.
    unsafe {
        let mut vectors = [V::zero(); W];
        for w in 0..W {
            vectors[w] = V::load(from_b.add(w * V::LANES));
        }
        for r in 0..R {
            let factor = V::splat(*from_a.add(r * row_stride));
            for w in 0..W {
                sums[r][w] = factor.fma(vectors[w], sums[r][w]);
            }
        }
    }
}
