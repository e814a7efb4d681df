//! The weight and bias gradients of a 2-D convolution, images innermost.
//!
//! `dw[o, i, ky, kx] = sum over (h, w, n) of dy[o, h, w, n] x[i, h s + ky d - p, w s + kx d - p, n]`
//! `db[o] = sum over (h, w, n) of dy[o, h, w, n]`
//!
//! Sixteen partial sums: within a row, term j = w N + n goes to partial j mod 16; each partial is one
//! chain over rows and then terms in ascending order. Rows outside the image are left out, columns outside
//! it count as zeros, and so do the terms that fill a row up to a multiple of 16. The partials are joined by
//! a fixed tree ([`join`]).

use std::ops::Range;

use super::buffer::{Shared, filled_pair};
use super::geometry::Geometry;
use super::partials::{PARTIALS, join};
use super::tile::channel_block;
use super::vector::{Float, Kernel, Vector};
use crate::error::Result;
use crate::parallel;

/// `x [i, h, w, n], dy [o, h', w', n] -> (dw [o, i / groups, ky, kx], db [o])`, an empty db where there is no `bias`.
pub fn weight_gradient<T: Float>(geometry: &Geometry, x: &[T], dy: &[T], bias: bool) -> Result<(Vec<T>, Vec<T>)> {
    let length = geometry.out_channels * geometry.in_group() * geometry.taps();
    let biases = if bias { geometry.out_channels } else { 0 };
    // SAFETY: the tiles cover all weights, and those of the first weights all biases.
    unsafe { filled_pair([length, biases], |dw, db| T::dispatch(Whole { geometry, x, dy, dw, db: bias.then_some(db) })) }
}

#[derive(Clone, Copy)]
struct Whole<'a, T> {
    geometry: &'a Geometry,
    x: &'a [T],
    dy: &'a [T],
    dw: Shared<T>,
    db: Option<Shared<T>>,
}

/// Some weights that are summed together: a few output channels of one group, one input channel, one row
/// of the kernel and a few of its columns.
#[derive(Clone, Copy)]
struct Tile {
    group: usize,
    first: usize,
    channels: usize,
    input: usize,
    ky: usize,
    kx: usize,
    columns: usize,
}

impl Tile {
    /// The output channels whose biases are summed beside this tile.
    fn biases(&self, g: &Geometry) -> Range<usize> {
        let first = self.group * g.out_group() + self.first;
        if [self.input, self.ky, self.kx] == [0; 3] { first..first + self.channels } else { 0..0 }
    }
}

/// Tiles that are summed at a time at most: their sums take a few MiB.
const MOST_TILES: usize = 2048;

/// Kernel columns of a tile.
const COLUMNS: usize = 3;

const fn most_channels<V: Vector>() -> usize {
    if V::REGISTERS >= 32 { 8 } else { 4 }
}

impl<T: Float> Kernel<T> for Whole<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let g = self.geometry;
        let blocks = g.out_group().div_ceil(most_channels::<V>());
        let column_blocks = g.columns.kernel.div_ceil(COLUMNS);
        let tiles = g.groups * blocks * g.in_group() * g.rows.kernel * column_blocks;
        let tile = |index: usize| {
            let (rest, column) = (index / column_blocks, index % column_blocks);
            let (rest, ky) = (rest / g.rows.kernel, rest % g.rows.kernel);
            let (rest, input) = (rest / g.in_group(), rest % g.in_group());
            let (group, block) = (rest / blocks, rest % blocks);
            let (first, last) = channel_block(g.out_group(), block, blocks);
            let kx = g.columns.kernel * column / column_blocks;
            let columns = g.columns.kernel * (column + 1) / column_blocks - kx;
            Tile { group, first, channels: last - first, input, ky, kx, columns }
        };
        let work = tiles * most_channels::<V>() * COLUMNS * g.rows.output * g.columns.output * g.images;
        // A row of x and dy is fetched anew for each piece; more pieces than threads even out what each gets done.
        let pieces = match parallel::threads() {
            threads if threads > 1 && work >= 4 * parallel::WORTH_A_THREAD => tiles.min(2 * threads),
            _ => 1,
        };
        let pieces = pieces.max(tiles.div_ceil(MOST_TILES));
        parallel::for_each(pieces, |piece| {
            let tiles: Vec<Tile> = (tiles * piece / pieces..tiles * (piece + 1) / pieces).map(tile).collect();
            T::dispatch(Piece { whole: self, tiles: &tiles });
        });
    }
}

/// The tiles of one task, row by row, so that a row of x and dy serves all of them from the cache.
struct Piece<'a, T> {
    whole: Whole<'a, T>,
    tiles: &'a [Tile],
}

impl<T: Float> Kernel<T> for Piece<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let g = self.whole.geometry;
        let most = most_channels::<V>() * COLUMNS * PARTIALS;
        let mut sums = vec![T::ZERO; self.tiles.len() * most];
        let biases = |tile: &Tile| if self.whole.db.is_some() { tile.biases(g) } else { 0..0 };
        let biases: Vec<usize> = self.tiles.iter().flat_map(biases).collect();
        let mut bias_sums = vec![[T::ZERO; PARTIALS]; biases.len()];
        let strided = g.columns.stride > 1;
        let row_length = g.columns.output * g.images;
        let mut scratch = if strided { vec![T::ZERO; COLUMNS * row_length] } else { Vec::new() };
        // An empty tensor's shape may name any number of rows.
        for row in 0..if row_length == 0 { 0 } else { g.rows.output } {
            for (index, tile) in self.tiles.iter().enumerate() {
                let Some(source) = g.rows.source(row, tile.ky) else { continue };
                let input_length = g.columns.input * g.images;
                let channel = tile.group * g.in_group() + tile.input;
                let x = &self.whole.x[(channel * g.rows.input + source) * input_length..][..input_length];
                let mut line = Line { x, offsets: [0; COLUMNS], dy: self.whole.dy, row, row_length };
                if strided {
                    for column in 0..tile.columns {
                        line.offsets[column] = (column * row_length) as isize;
                        spread(g, x, tile.kx + column, &mut scratch[column * row_length..][..row_length]);
                    }
                    line.x = &scratch;
                } else {
                    for column in 0..tile.columns {
                        let shift = ((tile.kx + column) * g.columns.dilation) as isize - g.columns.padding as isize;
                        line.offsets[column] = shift * g.images as isize;
                    }
                }
                let sums = &mut sums[index * most..(index + 1) * most];
                // SAFETY: tile and line lie within x and dy; `sums` has room for the largest tile.
                unsafe { self.by_columns::<V>(tile, &line, sums) };
            }
            for (channel, sums) in biases.iter().zip(&mut bias_sums) {
                let terms = &self.whole.dy[(channel * g.rows.output + row) * row_length..][..row_length];
                add_terms::<V>(terms, sums);
            }
        }
        for (&channel, &sums) in biases.iter().zip(&bias_sums) {
            if let Some(db) = self.whole.db {
                // SAFETY: each bias belongs to one tile, each tile to one task.
                unsafe { *db.at(channel) = join(sums) };
            }
        }
        for (index, tile) in self.tiles.iter().enumerate() {
            for channel in 0..tile.channels {
                for column in 0..tile.columns {
                    let at = index * most + (channel * tile.columns + column) * PARTIALS;
                    let mut partials = [T::ZERO; PARTIALS];
                    partials.copy_from_slice(&sums[at..at + PARTIALS]);
                    let o = tile.group * g.out_group() + tile.first + channel;
                    let to = ((o * g.in_group() + tile.input) * g.rows.kernel + tile.ky) * g.columns.kernel + tile.kx + column;
                    // SAFETY: each weight belongs to one tile, each tile to one task.
                    unsafe { *self.whole.dw.at(to) = join(partials) };
                }
            }
        }
    }
}

/// Adds a row's terms to their partials.
#[inline(always)]
fn add_terms<V: Vector>(terms: &[V::Element], partials: &mut [V::Element; PARTIALS]) {
    for part in (0..PARTIALS).step_by(V::LANES) {
        // SAFETY: a vector's lanes fit into the rest of the partials, and no more terms are read than there are.
        unsafe {
            let place = partials.as_mut_ptr().add(part);
            let mut total = V::load(place);
            for j in (part..terms.len()).step_by(PARTIALS) {
                total = total.add(V::load_up_to(terms.as_ptr().add(j), terms.len() - j));
            }
            total.store(place);
        }
    }
}

/// The row of x that a strided convolution's kernel column meets, as if the stride were 1.
fn spread<T: Float>(g: &Geometry, x: &[T], kx: usize, to: &mut [T]) {
    for (column, to) in to.chunks_exact_mut(g.images).enumerate() {
        match g.columns.source(column, kx) {
            Some(source) => to.copy_from_slice(&x[source * g.images..][..g.images]),
            None => to.fill(T::ZERO),
        }
    }
}

/// A row of x, with each kernel column's offset into it, and the row of dy that it meets.
struct Line<'a, T> {
    x: &'a [T],
    offsets: [isize; COLUMNS],
    dy: &'a [T],
    row: usize,
    row_length: usize,
}

impl<T: Float> Piece<'_, T> {
    #[inline(always)]
    unsafe fn by_columns<V: Vector<Element = T>>(&self, tile: &Tile, line: &Line<T>, sums: &mut [T]) {
        // SAFETY: the caller's promise.
        unsafe {
            match tile.columns {
                1 => self.by_channels::<V, 1>(tile, line, sums),
                2 => self.by_channels::<V, 2>(tile, line, sums),
                _ => self.by_channels::<V, 3>(tile, line, sums),
            }
        }
    }

    #[inline(always)]
    unsafe fn by_channels<V: Vector<Element = T>, const K: usize>(&self, tile: &Tile, line: &Line<T>, sums: &mut [T]) {
        // SAFETY: the caller's promise.
        unsafe {
            match tile.channels {
                1 => self.row::<V, 1, K>(tile, line, sums),
                2 => self.row::<V, 2, K>(tile, line, sums),
                3 => self.row::<V, 3, K>(tile, line, sums),
                4 => self.row::<V, 4, K>(tile, line, sums),
                5 => self.row::<V, 5, K>(tile, line, sums),
                6 => self.row::<V, 6, K>(tile, line, sums),
                7 => self.row::<V, 7, K>(tile, line, sums),
                _ => self.row::<V, 8, K>(tile, line, sums),
            }
        }
    }

    /// Adds one row's terms: all terms of each vector's partials before the next vector's.
    #[inline(always)]
    unsafe fn row<V: Vector<Element = T>, const C: usize, const K: usize>(&self, tile: &Tile, line: &Line<T>, sums: &mut [T]) {
        if C > most_channels::<V>() {
            return; // never asked for; nothing to compile
        }
        let g = self.whole.geometry;
        let channel = tile.group * g.out_group() + tile.first;
        let channel_length = g.rows.output * line.row_length;
        let (x_length, row_length) = (line.x.len(), line.row_length);
        let zeros = [V::Element::ZERO; PARTIALS];
        // SAFETY: the caller's promise; loads near the edges are checked one by one.
        unsafe {
            let dy = line.dy.as_ptr().add(channel * channel_length + line.row * row_length);
            let x = line.x.as_ptr();
            for part in (0..PARTIALS).step_by(V::LANES) {
                let sum_at = |c: usize, k: usize| (c * K + k) * PARTIALS + part;
                let mut totals = [[V::zero(); K]; C];
                for c in 0..C {
                    for k in 0..K {
                        totals[c][k] = V::load(sums.as_ptr().add(sum_at(c, k)));
                    }
                }
                let mut j = part;
                while j < row_length {
                    // Up to `end` each column's vectors lie all within x, or all outside, where they are zeros.
                    let mut end = (row_length + 1).saturating_sub(V::LANES) as isize;
                    let (mut from, mut steps) = ([zeros.as_ptr(); K], [0; K]);
                    for k in 0..K {
                        let (first, last) = (-line.offsets[k], x_length as isize - V::LANES as isize - line.offsets[k]);
                        if j as isize >= first && j as isize <= last {
                            (from[k], steps[k]) = (x.offset(j as isize + line.offsets[k]), PARTIALS);
                            end = end.min(last + 1);
                        } else if j as isize + V::LANES as isize <= first {
                            end = end.min(first - V::LANES as isize + 1);
                        } else if (j as isize) < last + V::LANES as isize {
                            end = 0;
                        }
                    }
                    let start = j;
                    while (j as isize) < end {
                        let mut vectors = [V::zero(); K];
                        for k in 0..K {
                            vectors[k] = V::load(from[k]);
                            from[k] = from[k].wrapping_add(steps[k]);
                        }
                        for c in 0..C {
                            let dy = V::load(dy.add(c * channel_length + j));
                            for k in 0..K {
                                totals[c][k] = dy.fma(vectors[k], totals[c][k]);
                            }
                        }
                        j += PARTIALS;
                    }
                    if j > start {
                        continue;
                    }
                    let mut vectors = [V::zero(); K];
                    for k in 0..K {
                        vectors[k] = V::load_within(x, j as isize + line.offsets[k], x_length);
                    }
                    for c in 0..C {
                        let dy = V::load_up_to(dy.add(c * channel_length + j), row_length - j);
                        for k in 0..K {
                            totals[c][k] = dy.fma(vectors[k], totals[c][k]);
                        }
                    }
                    j += PARTIALS;
                }
                for c in 0..C {
                    for k in 0..K {
                        totals[c][k].store(sums.as_mut_ptr().add(sum_at(c, k)));
                    }
                }
            }
        }
    }
}
