//! `c[m, n] = start[n or m] + a[m, 0] b[0, n] + a[m, 1] b[1, n] + ...`, in blocks of 64 terms: each block is one
//! chain of fused multiply-adds over k in ascending order, the first from the bias (or +0) on, the others from +0
//! on; their sums are added up in ascending order. One chain over 784 pixels would end four times as far from exact.
//!
//! The chains do not say which dimension the vector lanes lie along, so each product takes the one that
//! needs less packing and padding; the result comes out row-major or column-major accordingly.

use std::mem::MaybeUninit;
use std::ops::Range;

use super::buffer::{Shared, filled};
use super::copy::Transpose;
use super::tile::{Finish, store};
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

/// Room for the packed terms of one panel: half of a small first-level cache. No vector straddles two cache lines.
#[repr(align(64))]
struct Room<T>([MaybeUninit<T>; ROOM]);

/// As many whole blocks as fit are packed at a time.
const ROOM: usize = 4096;

/// Rows of a tile: as many as the registers hold.
const fn tile_rows<V: Vector>() -> usize {
    if V::REGISTERS >= 32 { 8 } else { 6 }
}

impl<T: Float> Whole<'_, T> {
    /// Columns of a panel, which is as wide as a tile: one vector or two.
    fn width<V: Vector>(&self) -> usize {
        V::LANES * if self.b.columns <= V::LANES { 1 } else { 2 }
    }
    /// Whether a factor that lies row by row is read in place: few rows or a short depth would not repay packing.
    fn in_place<V: Vector>(&self) -> bool {
        self.b.column_stride == 1 && (self.b.rows <= 64 || self.a.rows <= 2 * tile_rows::<V>())
    }
}

impl<T: Float> Kernel<T> for Whole<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let (rows, columns, depth) = (self.a.rows, self.b.columns, self.b.rows);
        let panels = columns.div_ceil(self.width::<V>());
        let tiles = rows.div_ceil(tile_rows::<V>());
        // Tasks divide the rows, which lie one after another in the result, where that makes nobody pack more than
        // a panel anew, else the panels.
        let threads = parallel::threads();
        let (across, down) = if threads == 1 || rows * columns * depth < 32 * parallel::WORTH_A_THREAD {
            (panels.min(1), tiles.min(1))
        } else if self.in_place::<V>() {
            (1, tiles.min(4 * threads))
        } else if panels == 1 {
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

/// Some rows of some panels of the result.
struct Part<'a, T> {
    whole: Whole<'a, T>,
    panels: Range<usize>,
    rows: Range<usize>,
}

/// Terms `first..last` of a panel's sums, from the start of a block on: its row k of b lies at `at + (k - first) * step`.
#[derive(Clone, Copy)]
struct Terms<T> {
    at: *const T,
    step: usize,
    first: usize,
    last: usize,
}

impl<T: Float> Kernel<T> for Part<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let Whole { b, .. } = self.whole;
        let width = self.whole.width::<V>();
        let mut room = Room([const { MaybeUninit::<T>::uninit() }; ROOM]);
        let packed: *mut T = room.0.as_mut_ptr().cast();
        let (mut panel, end) = (self.panels.start, self.panels.end);
        // Only a last panel that is not whole needs its padding.
        let in_place_end = if self.whole.in_place::<V>() { end.min(b.columns / width) } else { 0 };
        let mut first = 0;
        while panel < end {
            let column = panel * width;
            let (panels, terms) = if panel < in_place_end {
                let at = b.data.as_ptr().wrapping_add(column);
                (panel..in_place_end, Terms { at, step: b.row_stride, first, last: b.rows })
            } else {
                let last = b.rows.min(first + ROOM / width / BLOCK * BLOCK);
                // SAFETY: `packed` has room for so many of a panel's terms.
                unsafe { pack(b, column, width, first..last, packed) };
                (panel..panel + 1, Terms { at: packed, step: width, first, last })
            };
            // SAFETY: the panels lie within b, or are packed and padded.
            unsafe { self.add::<V>(panels.clone(), terms) };
            first = terms.last % b.rows.max(1);
            if first == 0 {
                panel = panels.end;
            }
        }
    }
}

/// `to[(k - terms.start) * width + i] = b[k, column + i]`, 0 past the last column.
///
/// # Safety
/// `to` must have room for that; the terms and the column must be b's.
#[inline(always)]
unsafe fn pack<T: Float>(b: Matrix<T>, column: usize, width: usize, terms: Range<usize>, to: *mut T) {
    let (count, depth) = (width.min(b.columns - column), terms.len());
    let from = b.data.as_ptr().wrapping_add(terms.start * b.row_stride + column * b.column_stride);
    // SAFETY: the caller's promise.
    unsafe {
        for k in 0..if count < width { depth } else { 0 } {
            std::slice::from_raw_parts_mut(to.add(k * width + count), width - count).fill(T::ZERO);
        }
        match (b.column_stride, b.row_stride) {
            (1, _) => {
                for k in 0..depth {
                    std::ptr::copy_nonoverlapping(from.add(k * b.row_stride), to.add(k * width), count);
                }
            }
            (from_step, 1) => {
                // On its own: inlined it would be short of registers.
                T::dispatch(Transpose { from, from_step, rows: count, columns: depth, to, to_step: width });
            }
            (step, row_step) => {
                for i in 0..count {
                    for k in 0..depth {
                        *to.add(k * width + i) = *from.add(i * step + k * row_step);
                    }
                }
            }
        }
    }
}

impl<T: Float> Part<'_, T> {
    /// Carries the sums of some panels on, tile by tile; the terms are those of the first, and the others' lie
    /// beside them.
    ///
    /// # Safety
    /// The terms must be there.
    #[inline(always)]
    unsafe fn add<V: Vector<Element = T>>(&self, panels: Range<usize>, terms: Terms<T>) {
        let width = self.whole.width::<V>();
        // Tiles of even heights: a low one would wait for its few sums.
        let rows = self.rows.len();
        let tiles = rows.div_ceil(tile_rows::<V>()).max(1);
        let (height, higher) = (rows / tiles, rows % tiles);
        let middle = self.rows.start + higher * (height + 1);
        for panel in panels.clone() {
            let column = panel * width;
            let terms = Terms { at: terms.at.wrapping_add((panel - panels.start) * width), ..terms };
            // SAFETY: the caller's promise; the rows of these panels belong to this task alone.
            unsafe {
                if higher > 0 {
                    self.tiles::<V>(self.rows.start..middle, height + 1, column, terms);
                }
                self.tiles::<V>(middle..self.rows.end, height, column, terms);
            }
        }
    }

    #[inline(always)]
    unsafe fn tiles<V: Vector<Element = T>>(&self, rows: Range<usize>, height: usize, column: usize, terms: Terms<T>) {
        // SAFETY: the caller's promise.
        unsafe {
            match (self.whole.b.columns <= V::LANES, self.whole.b.rows <= BLOCK) {
                (true, true) => self.tiles_of::<1, true>(rows, height, column, terms),
                (true, false) => self.tiles_of::<1, false>(rows, height, column, terms),
                (false, true) => self.tiles_of::<2, true>(rows, height, column, terms),
                (false, false) => self.tiles_of::<2, false>(rows, height, column, terms),
            }
        }
    }

    #[inline(always)]
    unsafe fn tiles_of<const W: usize, const ONE_BLOCK: bool>(
        &self,
        rows: Range<usize>,
        height: usize,
        column: usize,
        terms: Terms<T>,
    ) {
        // On their own: inlined side by side they would be short of registers.
        match height {
            1 => T::dispatch(Tiles::<T, 1, W, ONE_BLOCK> { whole: self.whole, rows, column, terms }),
            2 => T::dispatch(Tiles::<T, 2, W, ONE_BLOCK> { whole: self.whole, rows, column, terms }),
            3 => T::dispatch(Tiles::<T, 3, W, ONE_BLOCK> { whole: self.whole, rows, column, terms }),
            4 => T::dispatch(Tiles::<T, 4, W, ONE_BLOCK> { whole: self.whole, rows, column, terms }),
            5 => T::dispatch(Tiles::<T, 5, W, ONE_BLOCK> { whole: self.whole, rows, column, terms }),
            6 => T::dispatch(Tiles::<T, 6, W, ONE_BLOCK> { whole: self.whole, rows, column, terms }),
            7 => T::dispatch(Tiles::<T, 7, W, ONE_BLOCK> { whole: self.whole, rows, column, terms }),
            _ => T::dispatch(Tiles::<T, 8, W, ONE_BLOCK> { whole: self.whole, rows, column, terms }),
        }
    }
}

/// Tiles of R rows and W vectors of one panel, one below the other.
struct Tiles<'a, T, const R: usize, const W: usize, const ONE_BLOCK: bool> {
    whole: Whole<'a, T>,
    rows: Range<usize>,
    column: usize,
    terms: Terms<T>,
}

impl<T: Float, const R: usize, const W: usize, const ONE_BLOCK: bool> Kernel<T> for Tiles<'_, T, R, W, ONE_BLOCK> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        if R > tile_rows::<V>() {
            return; // never asked for; nothing to compile
        }
        for row in self.rows.clone().step_by(R) {
            // SAFETY: the caller's promise.
            unsafe { self.tile::<V>(row) };
        }
    }
}

impl<T: Float, const R: usize, const W: usize, const ONE_BLOCK: bool> Tiles<'_, T, R, W, ONE_BLOCK> {
    /// # Safety
    /// The terms must be there, and the tile's place in the result be this thread's alone.
    #[inline(always)]
    unsafe fn tile<V: Vector<Element = T>>(&self, row: usize) {
        // Opaque: else the compiler works out addresses ahead, for all tiles and terms, and is short of registers.
        let Whole { a, b, start, relu, out } = *std::hint::black_box(&self.whole);
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
            let finish = if relu && terms.last == b.rows { Finish::Relu } else { Finish::Nothing };
            store(sums, finish, out, at, b.columns, left);
        }
    }
}

/// Carries a tile's chains on by `count` terms: numbers of a, its rows and columns so far apart, times vectors of
/// b's rows, so far apart.
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
                add_term(sums, from_a, row_stride, from_b);
                from_a = from_a.wrapping_add(column_stride);
                from_b = from_b.wrapping_add(step);
            }
        }
        for _ in 0..count % UNROLLED {
            add_term(sums, from_a, row_stride, from_b);
            from_a = from_a.wrapping_add(column_stride);
            from_b = from_b.wrapping_add(step);
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
