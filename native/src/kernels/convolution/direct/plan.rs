//! How the work is divided: units of a group, some images, a part of each row and some destination rows.

use super::layout::{Flow, Layout};
use super::whole::Whole;
use crate::kernels::geometry::Geometry;
use crate::parallel;

/// The most lanes of a vector: images are divided by multiples of it.
const LANES: usize = 16;

/// Elements of a packed source that the second-level cache holds beside the weights; few in tests, which then meet all
/// ways to divide the work.
const ROOM: usize = if cfg!(test) { 1 << 10 } else { 112 << 10 };

/// Parts of a row at most: rows are as long as a caller's padding.
const MOST_PARTS: usize = 64;

/// A convolution of single places in rows so short that all images of a row are packed together, where there are such
/// rows.
pub(super) fn in_short_rows(geometry: &Geometry, from_channels: usize) -> Geometry {
    let (rows, columns) = (geometry.rows.output, geometry.columns.output);
    let row = |columns: usize| from_channels.saturating_mul(columns).saturating_mul(geometry.images);
    let mut parts = (1..=columns).filter(|parts| columns.is_multiple_of(*parts));
    let parts = parts.find(|parts| row(columns / parts) <= ROOM);
    parts.and_then(|parts| geometry.in_rows(rows.saturating_mul(parts))).unwrap_or(*geometry)
}

pub(super) struct Plan {
    /// Images of a unit.
    pub(super) images: usize,
    pub(super) chunks: usize,
    /// How the parts of a row are laid out: they differ by a column at most.
    pub(super) parts: Vec<Layout>,
    /// Bands of destination rows: they differ by a row at most.
    pub(super) bands: usize,
    /// Elements of a packed source.
    pub(super) room: usize,
}

impl Plan {
    pub(super) fn new<T>(whole: &Whole<T>) -> Self {
        let &Whole { geometry: g, rows, columns, from_channels, .. } = whole;
        let of_column = from_channels.saturating_mul(rows.span());
        let (images, parts) = divided(g.images, &columns, of_column);
        let chunks = g.images.div_ceil(images.max(1));
        let layouts: Vec<_> = (0..parts).map(|part| Layout::new(columns, parallel::share(columns.to, part, parts))).collect();
        let (threads, rest) = (parallel::threads(), g.groups * chunks * parts);
        let wanted = if threads == 1 { 1 } else { (4 * threads).div_ceil(rest.max(1)) };
        let wanted = if rest.is_multiple_of(threads) { wanted } else { parallel::even(wanted) };
        let bands = wanted.min(rows.to).max(1);
        let most = layouts.iter().fold(1, |most, layout| layout.columns.max(most));
        let room = of_column.saturating_mul(most).saturating_mul(images.next_multiple_of(LANES)).saturating_add(LANES);
        Self { images, chunks, parts: layouts, bands, room }
    }
}

/// Images and parts of a row that are laid out together, so that they fit the room and the least is copied. Neighbouring
/// parts have columns in common. Images by themselves are pieces of memory, each of which begins slowly; with stride 1 it
/// pays nevertheless, since a column of few images stays in the nearest cache for all columns of the kernel.
fn divided(images: usize, columns: &Flow, of_column: usize) -> (usize, usize) {
    let beginning = if columns.axis.stride == 1 { 0 } else { LANES };
    let of_parts = |parts: usize| {
        let laid_out = columns.packed(columns.to.div_ceil(parts));
        let most = (ROOM / of_column.saturating_mul(laid_out).max(1)).max(LANES) / LANES * LANES;
        let chunks = images.div_ceil(most).max(1);
        let of_chunk = if chunks == 1 { images } else { images.div_ceil(chunks).next_multiple_of(LANES) };
        let room = of_column.saturating_mul(laid_out).saturating_mul(of_chunk);
        let copied = columns.packed_in(parts).saturating_mul(images + chunks * beginning);
        ((room.saturating_sub(ROOM), copied), (of_chunk, parts))
    };
    (1..=columns.to.clamp(1, MOST_PARTS)).map(of_parts).min_by_key(|&(cost, _)| cost).map_or((images, 1), |(_, divided)| divided)
}
