//! `c[m, n] = start[n or m] + a[m, 0] b[0, n] + a[m, 1] b[1, n] + ...`, in blocks of 64 terms: each block is one
//! chain of fused multiply-adds over k in ascending order, the first block from the bias (or +0) on, the other blocks
//! from +0 on; the sums of the blocks are added up in ascending order. One chain over 784 pixels would end four times
//! as far from exact.
//!
//! The chains do not say which dimension the vector lanes lie along, so each product takes the one that
//! needs less packing and padding; the result comes out row-major or column-major accordingly.

mod pack;
mod part;
mod tiles;
mod whole;

use self::part::Part;
pub use self::whole::{BLOCK, Matrix, Start};
use self::whole::{Whole, tile_rows};
use super::buffer::filled;
use super::follow::{Follow, followed};
use super::vector::{Float, Kernel, Vector};
use crate::error::Result;
use crate::parallel;

/// Rows that repay packing all panels for them.
const MANY_ROWS: usize = 256;

pub struct Product<T> {
    pub data: Vec<T>,
    /// Row-major `[n, m]` instead of `[m, n]`.
    pub transposed: bool,
}

/// `a @ b`, through `max(0, .)` where `relu` says so, and what follows it, in the order of memory.
pub fn matmul<T: Float>(
    a: Matrix<T>,
    b: Matrix<T>,
    start: Start<T>,
    relu: bool,
    follow: Option<&dyn Follow<T>>,
) -> Result<Product<T>> {
    // What reads the result is faster where it is row-major: a column-major result has to be clearly cheaper.
    let transposed = 20 * a.transposed().cost(b.columns) < 19 * b.cost(a.rows);
    let data = if transposed {
        multiply(b.transposed(), a.transposed(), start.transposed(), relu, follow)
    } else {
        multiply(a, b, start, relu, follow)
    }?;
    Ok(Product { data, transposed })
}

/// `a @ b`, row-major.
pub fn multiply<T: Float>(
    a: Matrix<T>,
    b: Matrix<T>,
    start: Start<T>,
    relu: bool,
    follow: Option<&dyn Follow<T>>,
) -> Result<Vec<T>> {
    let length = a.rows * b.columns;
    // SAFETY: the tiles cover all rows and columns.
    unsafe {
        filled(length, |out| {
            followed(follow, [1, length], out, |followed| T::dispatch(Whole { a, b, start, relu, out, followed }));
        })
    }
}

impl<T: Float> Kernel<T> for Whole<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let (rows, columns, depth) = (self.a.rows, self.b.columns, self.b.rows);
        let panels = columns.div_ceil(self.width::<V>());
        let tiles = rows.div_ceil(tile_rows::<V>());
        // Tasks divide the rows, which lie one after another in the result, where no task packs more than one panel
        // anew, or each has rows enough to repay it; else they divide the panels.
        let threads = parallel::threads();
        let (across, down) = if threads == 1 || rows * columns * depth < 32 * parallel::WORTH_A_THREAD {
            (panels.min(1), tiles.min(1))
        } else if self.in_place::<V>() {
            (1, tiles.min(4 * threads))
        } else if panels == 1 || rows >= MANY_ROWS * threads {
            (1, tiles.min(threads))
        } else {
            (panels.min(4 * threads), threads.div_ceil(panels).min(tiles))
        };
        parallel::for_each(across * down, |task| {
            let (column_part, row_part) = (task / down, task % down);
            T::dispatch(Part {
                whole: self,
                panels: panels * column_part / across..panels * (column_part + 1) / across,
                rows: tiles * row_part / down * rows / tiles..tiles * (row_part + 1) / down * rows / tiles,
            });
        });
    }
}
