//! What one task does: its tiles, row by row.

use super::bias::add_row;
use super::line::{Line, Lines, Source, Tap, Walk};
use super::packed::Packing;
use super::read_ahead::ReadAhead;
use super::whole::{MOST_TAPS, Tile, Whole, tile_out_channels};
use crate::kernels::normalization::Reading;
use crate::kernels::partials::{PARTIALS, join};
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
        let (walk, packing) = (Walk::of(g), Packing::of(g));
        let lays_out = walk == Walk::Packed || self.whole.pending.is_some();
        let stretch = match walk {
            Walk::Shifted | Walk::Packed => STRETCH,
            Walk::ByColumn => (STRETCH / g.images.max(1)).max(1) * g.images,
        };
        let mut packed = vec![T::ZERO; if lays_out { packing.length(g) } else { 0 }];
        let mut sums = vec![[T::ZERO; PARTIALS]; self.tiles.len() * most];
        let with_bias = self.whole.db.is_some();
        let biases = self.tiles.iter().flat_map(|tile| if with_bias { tile.biases(g) } else { 0..0 });
        let mut bias_sums = vec![[T::ZERO; PARTIALS]; biases.clone().count()];
        let mut bias_sums_left = bias_sums.as_mut_slice();
        // An empty tensor's shape may name any number of rows.
        let rows = if row_length == 0 { 0 } else { g.rows.output };
        let mut taps_left = &self.taps(walk, &packing)[..];
        let mut sums_left = sums.as_mut_slice();
        let mut sources = vec![None; g.rows.kernel];
        let mut held = vec![None; packing.slots];
        for tiles in self.tiles.chunk_by(|one, next| one.group == next.group) {
            let (sums, left) = std::mem::take(&mut sums_left).split_at_mut(tiles.len() * most);
            sums_left = left;
            let (taps, left) = taps_left.split_at(tiles.iter().map(|tile| tile.taps.len()).sum());
            taps_left = left;
            let biases = tiles.iter().flat_map(|tile| if with_bias { tile.biases(g) } else { 0..0 });
            let (bias_sums, left) = std::mem::take(&mut bias_sums_left).split_at_mut(biases.clone().count());
            bias_sums_left = left;
            held.fill(None);
            for row in 0..rows {
                for (channel, sums) in biases.clone().zip(bias_sums.iter_mut()) {
                    let terms = &self.whole.dy[(channel * g.rows.output + row) * row_length..][..row_length];
                    add_row::<V>(sums, terms);
                }
                for ky in 0..g.rows.kernel {
                    sources[ky] = g.rows.source(row, ky);
                    if let (true, Some(source)) = (lays_out, sources[ky])
                        && held[packing.slot(source)].replace(source) != Some(source)
                    {
                        self.pack::<V>(&packing, tiles[0].group, source, &mut packed);
                    }
                }
                let mut ahead = if lays_out { self.ahead(&packing, tiles, row, &held) } else { None };
                for start in (0..row_length).step_by(stretch) {
                    let mut taps = taps;
                    for (tile, sums) in tiles.iter().zip(sums.chunks_exact_mut(most)) {
                        let (own, next) = taps.split_at(tile.taps.len());
                        taps = next;
                        let mut line = self.line(tile, own, row, &sources, walk, lays_out.then_some((&packing, &packed)));
                        (line.start, line.end) = (start, (start + stretch).min(row_length));
                        let (line, sums) = (&line, sums.as_mut_ptr().cast());
                        if let Some(ahead) = &mut ahead {
                            ahead.go_on();
                        }
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
    /// What of x is laid out for the row of dy after this one, if there is one, and some of it is not `held`.
    fn ahead(&self, packing: &Packing, tiles: &[Tile], row: usize, held: &[Option<usize>]) -> Option<ReadAhead<T>> {
        let Whole { geometry: g, x, .. } = self.whole;
        let mut sources = (0..g.rows.kernel).filter_map(|ky| g.rows.source(row + 1, ky));
        let source = sources.find(|&source| held[packing.slot(source)] != Some(source)).filter(|_| row + 1 < g.rows.output)?;
        let length = g.columns.input * g.images;
        let first = (tiles[0].group * g.in_group() * g.rows.input + source) * length;
        Some(ReadAhead::of(&x[first..], g.in_group(), g.rows.input * length, length, tiles.len()))
    }

    /// The taps of all tiles.
    fn taps(&self, walk: Walk, packing: &Packing) -> Vec<Tap> {
        let g = self.whole.geometry;
        let tap = |tap: usize| {
            let (rest, kx) = (tap / g.columns.kernel, tap % g.columns.kernel);
            let (input, ky) = (rest / g.rows.kernel, rest % g.rows.kernel);
            let shift = (kx * g.columns.dilation) as isize - g.columns.padding as isize;
            let offset = if walk == Walk::Packed { packing.offset(g, kx) as isize } else { shift * g.images as isize };
            Tap { input, ky, offset }
        };
        self.tiles.iter().flat_map(|tile| tile.taps.clone()).map(tap).collect()
    }

    /// A row of all channels of the group.
    #[inline(always)]
    fn pack<V: Vector<Element = T>>(&self, packing: &Packing, group: usize, row: usize, to: &mut [T]) {
        let Whole { geometry: g, x, pending, .. } = self.whole;
        let length = g.columns.input * g.images;
        for input in 0..g.in_group() {
            let channel = group * g.in_group() + input;
            let from = &x[(channel * g.rows.input + row) * length..][..length];
            packing.pack::<V>(
                g,
                Reading { pending, channel },
                from,
                &mut to[packing.at(g, input, row)..][..packing.row_length(g)],
            );
        }
    }

    /// Row `row` of dy, and the rows of x that it meets at the tile's taps: those `sources` of its kernel rows that lie
    /// in the image.
    #[inline(always)]
    fn line<'a>(
        &'a self,
        tile: &Tile,
        taps: &[Tap],
        row: usize,
        sources: &[Option<usize>],
        walk: Walk,
        laid_out: Option<(&Packing, &'a Vec<T>)>,
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
        for (sum, &Tap { input, ky, offset }) in taps.iter().enumerate() {
            let Some(source) = sources[ky] else { continue };
            let row = if let Some((packing, packed)) = laid_out {
                &packed[packing.at(g, input, source)..][..packing.row_length(g)]
            } else {
                let channel = tile.group * g.in_group() + input;
                &x[(channel * g.rows.input + source) * input_length..][..input_length]
            };
            line.sources[line.count] = Source { row, offset, sum };
            line.count += 1;
        }
        line
    }
}
