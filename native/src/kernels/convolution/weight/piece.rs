//! What one task does: its tiles, row by row.

use super::line::{Line, Lines, Source, Tap, Walk};
use super::whole::{MOST_TAPS, Tile, Whole, tile_out_channels};
use crate::kernels::geometry::Geometry;
use crate::kernels::partials::{PARTIALS, carry_on, join};
use crate::kernels::tile::with_constant;
use crate::kernels::vector::{Float, Kernel, Vector};

/// Terms of a row that all tiles add before the next ones, which then stay in the nearest cache meanwhile.
const STRETCH: usize = 128 * PARTIALS;

/// The tiles of one task, a stretch of a row at a time, so that what is read of x and dy serves all tiles from the cache.
pub(super) struct Piece<'a, T> {
    pub(super) whole: Whole<'a, T>,
    pub(super) tiles: &'a [Tile],
}

impl<T: Float> Kernel<T> for Piece<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let g = self.whole.geometry;
        let most = 3 * tile_out_channels::<V>();
        let row_length = g.columns.output * g.images;
        let walk = Walk::of(g);
        let stretch = match walk {
            Walk::Shifted => STRETCH,
            Walk::ByColumn => (STRETCH / g.images.max(1)).max(1) * g.images,
            Walk::Spread => row_length,
        };
        let mut scratch = vec![T::ZERO; if walk == Walk::Spread { MOST_TAPS * row_length } else { 0 }];
        let mut sums = vec![[T::ZERO; PARTIALS]; self.tiles.len() * most];
        let with_bias = self.whole.db.is_some();
        let biases = self.tiles.iter().flat_map(|tile| if with_bias { tile.biases(g) } else { 0..0 });
        let mut bias_sums = vec![[T::ZERO; PARTIALS]; biases.clone().count()];
        let mut bias_sums_left = bias_sums.as_mut_slice();
        // An empty tensor's shape may name any number of rows.
        let rows = if row_length == 0 { 0 } else { g.rows.output };
        let mut taps_left = &self.taps(walk)[..];
        let mut sums_left = sums.as_mut_slice();
        for tiles in self.tiles.chunk_by(|one, next| one.group == next.group) {
            let (sums, left) = std::mem::take(&mut sums_left).split_at_mut(tiles.len() * most);
            sums_left = left;
            let (taps, left) = taps_left.split_at(tiles.iter().map(|tile| tile.taps.len()).sum());
            taps_left = left;
            let biases = tiles.iter().flat_map(|tile| if with_bias { tile.biases(g) } else { 0..0 });
            let (bias_sums, left) = std::mem::take(&mut bias_sums_left).split_at_mut(biases.clone().count());
            bias_sums_left = left;
            for row in 0..rows {
                for (channel, sums) in biases.clone().zip(bias_sums.iter_mut()) {
                    let terms = &self.whole.dy[(channel * g.rows.output + row) * row_length..][..row_length];
                    carry_on(sums, row_length, |total: V, j| {
                        // SAFETY: no more terms are read than there are.
                        total.add(unsafe { V::load_up_to(terms.as_ptr().add(j), row_length - j) })
                    });
                }
                let sources: Vec<_> = (0..g.rows.kernel).map(|ky| g.rows.source(row, ky)).collect();
                for start in (0..row_length).step_by(stretch) {
                    let mut taps = taps;
                    for (tile, sums) in tiles.iter().zip(sums.chunks_exact_mut(most)) {
                        let (own, next) = taps.split_at(tile.taps.len());
                        taps = next;
                        let mut line = self.line(tile, own, row, &sources, walk, &mut scratch);
                        (line.start, line.end) = (start, (start + stretch).min(row_length));
                        let (line, sums) = (&line, sums.as_mut_ptr().cast());
                        if line.count > 0 {
                            // On their own: inlined side by side they would be short of registers.
                            with_constant!(C = tile.channels, [1 2 3 4 5 6 7; 8], {
                                with_constant!(K = line.count, [1 2 3 4 5; 6], {
                                    T::dispatch(Lines::<T, C, K> { line, sums })
                                })
                            });
                        }
                    }
                }
            }
        }
        if let Some(db) = self.whole.db {
            for (channel, &sums) in biases.clone().zip(&bias_sums) {
                // SAFETY: each bias belongs to one tile, each tile to one task.
                unsafe { *db.at(channel) = join(sums) };
            }
        }
        for (tile, sums) in self.tiles.iter().zip(sums.chunks_exact(most)) {
            for channel in 0..tile.channels {
                let o = tile.group * g.out_group() + tile.first + channel;
                for (tap, &sums) in tile.taps.clone().zip(&sums[channel * tile.taps.len()..]) {
                    // SAFETY: each weight belongs to one tile, each tile to one task.
                    unsafe { *self.whole.dw.at(o * g.in_group() * g.taps() + tap) = join(sums) };
                }
            }
        }
    }
}

impl<T: Float> Piece<'_, T> {
    /// The taps of all tiles.
    fn taps(&self, walk: Walk) -> Vec<Tap> {
        let g = self.whole.geometry;
        let tap = |tile: &Tile, tap: usize| {
            let (rest, kx) = (tap / g.columns.kernel, tap % g.columns.kernel);
            let (input, ky) = (rest / g.rows.kernel, rest % g.rows.kernel);
            let shift = (kx * g.columns.dilation) as isize - g.columns.padding as isize;
            let offset = if walk == Walk::Spread { 0 } else { shift * g.images as isize };
            Tap { channel: tile.group * g.in_group() + input, ky, kx, offset }
        };
        self.tiles.iter().flat_map(|tile| tile.taps.clone().map(move |index| tap(tile, index))).collect()
    }

    /// Row `row` of dy, and the rows of x that it meets at the tile's taps: those `sources` of its kernel rows that lie
    /// in the image. `scratch` holds rows that are spread.
    #[inline(always)]
    fn line<'a>(
        &'a self,
        tile: &Tile,
        taps: &[Tap],
        row: usize,
        sources: &[Option<usize>],
        walk: Walk,
        scratch: &'a mut [T],
    ) -> Line<'a, T> {
        let Whole { geometry: g, x, dy, .. } = self.whole;
        let (input_length, row_length) = (g.columns.input * g.images, g.columns.output * g.images);
        let mut line = Line {
            sources: [Source { row: x, offset: 0, sum: 0 }; MOST_TAPS],
            count: 0,
            all_taps: taps.len(),
            walk,
            column: g.images,
            column_step: g.columns.stride * g.images,
            dy: dy.as_ptr().wrapping_add(((tile.group * g.out_group() + tile.first) * g.rows.output + row) * row_length),
            channel_length: g.rows.output * row_length,
            row_length,
            start: 0,
            end: row_length,
        };
        let mut free = scratch;
        for (sum, &Tap { channel, ky, kx, offset }) in taps.iter().enumerate() {
            let Some(source) = sources[ky] else { continue };
            let mut row = &x[(channel * g.rows.input + source) * input_length..][..input_length];
            if walk == Walk::Spread {
                let (to, left) = std::mem::take(&mut free).split_at_mut(row_length);
                free = left;
                spread(g, row, kx, to);
                row = to;
            }
            line.sources[line.count] = Source { row, offset, sum };
            line.count += 1;
        }
        line
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
