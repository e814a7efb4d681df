//! The weight and bias gradients of a 2-D convolution, images innermost.
//!
//! `dw[o, i, ky, kx] = sum over (h, w, n) of dy[o, h, w, n] x[i, h s + ky d - p, w s + kx d - p, n]`
//! `db[o] = sum over (h, w, n) of dy[o, h, w, n]`
//!
//! Sixteen partial sums: within a row, term j = w N + n goes to partial j mod 16; each partial is one
//! chain over rows and then terms in ascending order. Rows outside the image are left out, columns outside
//! it count as zeros, and so do the terms that fill a row up to a multiple of 16. The partials are joined by
//! a fixed tree ([`crate::kernels::partials`]).

mod bias;
mod line;
mod packed;
mod piece;
mod read_ahead;
mod whole;

pub use self::bias::bias_gradient;
use self::line::Walk;
use self::packed::Packing;
use self::piece::Piece;
use self::whole::{Tile, Whole, tile_out_channels, tile_taps};
use crate::error::Result;
use crate::kernels::buffer::filled_pair;
use crate::kernels::geometry::Geometry;
use crate::kernels::normalization::Pending;
use crate::kernels::partials::PARTIALS;
use crate::kernels::tile::channel_block;
use crate::kernels::vector::{Float, Kernel, Vector};
use crate::{memory, parallel};

/// Tiles that are summed at a time at most: their sums take a few MiB.
const MOST_TILES: usize = 2048;

/// Numbers of rows of all channels that are laid out together at most.
const LAID_OUT: usize = if cfg!(test) { 1 << 9 } else { 1 << 17 };

/// `x [i, h, w, n], dy [o, h', w', n] -> (dw [o, i / groups, ky, kx], db [o])`, an empty db where there is no `bias`. A
/// normalisation of x may be pending.
pub fn weight_gradient<T: Float>(
    geometry: &Geometry,
    x: &[T],
    pending: Option<Pending<T>>,
    dy: &[T],
    bias: bool,
) -> Result<(Vec<T>, Vec<T>)> {
    let geometry = &in_best_rows(geometry, pending.is_some());
    let length = geometry.out_channels * geometry.in_group() * geometry.taps();
    let biases = if bias { geometry.out_channels } else { 0 };
    if Walk::of(geometry) == Walk::Packed || pending.is_some() {
        memory::ensure(Packing::of(geometry).length(geometry).saturating_mul(parallel::threads()), size_of::<T>())?;
    }
    // SAFETY: the tiles cover all weights, and the tiles of the first weights all biases.
    unsafe { filled_pair([length, biases], |dw, db| T::dispatch(Whole { geometry, x, pending, dy, dw, db: bias.then_some(db) })) }
}

/// Rows of whole blocks of partials, whose sums go on from row to row, are one row where that is possible: fewer
/// beginnings. Rows that are laid out have to fit the cache.
fn in_best_rows(geometry: &Geometry, laid_out: bool) -> Geometry {
    let (columns, images) = (geometry.columns.output, geometry.images);
    if !(columns * images).is_multiple_of(PARTIALS) {
        return *geometry;
    }
    if !laid_out {
        return geometry.in_rows(1).unwrap_or(*geometry);
    }
    let fits = |columns: usize| (columns * images).is_multiple_of(PARTIALS) && geometry.in_group() * columns * images <= LAID_OUT;
    let parts = (1..=columns).find(|&parts| columns.is_multiple_of(parts) && fits(columns / parts));
    parts.and_then(|parts| geometry.in_rows(geometry.rows.output * parts)).unwrap_or(*geometry)
}

impl<T: Float> Kernel<T> for Whole<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let g = self.geometry;
        let blocks = g.out_group().div_ceil(tile_out_channels::<V>());
        let taps = g.in_group() * g.taps();
        // Without input channels there are biases alone.
        let parts = taps.div_ceil(tile_taps::<V>(g.out_group().div_ceil(blocks.max(1)))).max(1);
        // Each thread takes the same number of tiles.
        let is_even = (g.groups * blocks * parts).is_multiple_of(parallel::threads());
        let parts = if is_even { parts } else { parallel::even(parts).min(taps.max(1)) };
        let tiles = g.groups * blocks * parts;
        let tile = |index: usize| {
            let (rest, part) = (index / parts, index % parts);
            let (group, block) = (rest / blocks, rest % blocks);
            let (first, last) = channel_block(g.out_group(), block, blocks);
            Tile { group, first, channels: last - first, taps: parallel::share(taps, part, parts) }
        };
        let work = g.out_channels * taps * g.rows.output * g.columns.output * g.images;
        // Each piece fetches a row of x and dy anew; more pieces than threads even out the threads' work.
        let pieces = match parallel::threads() {
            threads if threads > 1 && work >= 4 * parallel::WORTH_A_THREAD => tiles.min(2 * threads),
            _ => 1,
        };
        let pieces = pieces.max(tiles.div_ceil(MOST_TILES));
        parallel::for_each(pieces, |piece| {
            let tiles: Vec<Tile> = parallel::share(tiles, piece, pieces).map(tile).collect();
            T::dispatch(Piece { whole: self, tiles: &tiles });
        });
    }
}
