//! The sums of some tiles.

use std::ops::Range;

use super::whole::{BLOCK, Start, Whole, tile_rows};
use crate::kernels::epilogue::Epilogue;
use crate::kernels::tile::{add_term, load, store};
use crate::kernels::vector::{Float, Kernel, Vector};

/// How many terms a tile adds to its chains between two jumps.
const UNROLLED: usize = 4;

/// Terms `first..last` of a panel's sums, from the start of a block on: row k of b lies at `at + (k - first) * step`.
#[derive(Clone, Copy)]
pub(super) struct Terms<T> {
    pub(super) at: *const T,
    pub(super) step: usize,
    pub(super) first: usize,
    pub(super) last: usize,
}

/// Tiles of R rows and W vectors of one panel, one below the other.
pub(super) struct Tiles<'a, T, const R: usize, const W: usize, const ONE_BLOCK: bool> {
    pub(super) whole: Whole<'a, T>,
    pub(super) rows: Range<usize>,
    pub(super) column: usize,
    pub(super) terms: Terms<T>,
}

impl<T: Float, const R: usize, const W: usize, const ONE_BLOCK: bool> Kernel<T> for Tiles<'_, T, R, W, ONE_BLOCK> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        if R > tile_rows::<V>() {
            return; // never asked for; nothing to compile
        }
        for row in self.rows.clone().step_by(R) {
            // SAFETY: `Part` gives terms that are there and rows that are this task's alone.
            unsafe { self.tile::<V>(row) };
        }
    }
}

impl<T: Float, const R: usize, const W: usize, const ONE_BLOCK: bool> Tiles<'_, T, R, W, ONE_BLOCK> {
    /// # Safety
    /// The terms must be valid, and the tile's place in the result be this thread's alone.
    #[inline(always)]
    unsafe fn tile<V: Vector<Element = T>>(&self, row: usize) {
        // Opaque: else the compiler works out addresses ahead, for all tiles and terms, and is short of registers.
        let Whole { a, b, start, relu, out, .. } = *std::hint::black_box(&self.whole);
        let (column, terms) = (self.column, self.terms);
        let left = b.columns - column;
        // SAFETY: the caller's promise; the panel is padded to whole vectors.
        unsafe {
            let at = row * b.columns + column;
            let mut sums = [[V::zero(); W]; R];
            match start {
                _ if !ONE_BLOCK && terms.first > 0 => {}
                Start::Zero => {}
                Start::Column(bias) => {
                    for w in 0..W {
                        let lane = (w * V::LANES).min(left);
                        let bias = V::load_up_to(bias.as_ptr().add(column + lane), left - lane);
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
            let (row_stride, column_stride) = (a.row_stride, a.column_stride);
            let mut from_a = a.data.as_ptr().wrapping_add(row * row_stride + terms.first * column_stride);
            let mut from_b = terms.at;
            let mut count = terms.last - terms.first;
            add_block(
                &mut sums,
                (from_a, row_stride, column_stride),
                (from_b, terms.step),
                if ONE_BLOCK { count } else { count.min(BLOCK) },
            );
            if !ONE_BLOCK && terms.first > 0 {
                let totals = out.at(at);
                if left >= W * V::LANES {
                    for r in 0..R {
                        for w in 0..W {
                            sums[r][w] = V::load(totals.add(r * b.columns + w * V::LANES)).add(sums[r][w]);
                        }
                    }
                } else {
                    for r in 0..R {
                        for w in 0..W {
                            let lane = (w * V::LANES).min(left);
                            sums[r][w] = V::load_up_to(totals.add(r * b.columns + lane), left - lane).add(sums[r][w]);
                        }
                    }
                }
            }
            while !ONE_BLOCK && count > BLOCK {
                count -= BLOCK;
                from_a = from_a.wrapping_add(BLOCK * column_stride);
                from_b = from_b.wrapping_add(BLOCK * terms.step);
                let mut block = [[V::zero(); W]; R];
                add_block(&mut block, (from_a, row_stride, column_stride), (from_b, terms.step), count.min(BLOCK));
                for r in 0..R {
                    for w in 0..W {
                        sums[r][w] = sums[r][w].add(block[r][w]);
                    }
                }
            }
            let epilogue = Epilogue::relu_if(relu && terms.last == b.rows);
            store(sums, epilogue, out, at, b.columns, left);
        }
    }
}

/// Carries a tile's chains on by `count` terms: numbers of a, whose rows and columns lie `row_stride` and
/// `column_stride` apart, times vectors of b's rows, which lie `step` apart.
///
/// # Safety
/// `from_a` must be valid for R rows and `count` columns, `from_b` for `count` rows of W vectors.
#[inline(always)]
unsafe fn add_block<V: Vector, const R: usize, const W: usize>(
    sums: &mut [[V; W]; R],
    (mut from_a, row_stride, column_stride): (*const V::Element, usize, usize),
    (mut from_b, step): (*const V::Element, usize),
    count: usize,
) {
    // SAFETY: the caller's promise.
    unsafe {
        // Fewer jumps: the end of a short loop is foreseen then.
        for _ in 0..count / UNROLLED {
            for _ in 0..UNROLLED {
                add_term(sums, from_a, row_stride, load(from_b));
                from_a = from_a.wrapping_add(column_stride);
                from_b = from_b.wrapping_add(step);
            }
        }
        for _ in 0..count % UNROLLED {
            add_term(sums, from_a, row_stride, load(from_b));
            from_a = from_a.wrapping_add(column_stride);
            from_b = from_b.wrapping_add(step);
        }
    }
}
