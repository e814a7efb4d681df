//! How the work is divided: units of a group, some images and some destination rows.

use super::layout::Layout;
use super::whole::Whole;
use crate::kernels::geometry::Geometry;
use crate::parallel;

/// The most lanes of a vector: images are divided by multiples of it.
const LANES: usize = 16;

/// Elements of a packed source that the second-level cache holds beside the weights; few in tests, which then meet all
/// ways to divide the work.
const ROOM: usize = if cfg!(test) { 1 << 10 } else { 112 << 10 };

/// A convolution of single places in rows so short that all images of a row are packed together, where there are such
/// rows.
pub(super) fn in_short_rows(geometry: &Geometry, from_channels: usize) -> Geometry {
    let (rows, columns) = (geometry.rows.output, geometry.columns.output);
    let row = |columns: usize| from_channels.saturating_mul(columns).saturating_mul(geometry.images);
    let mut parts = (1..=columns).filter(|parts| columns.is_multiple_of(*parts));
    let parts = parts.find(|parts| row(columns / parts) <= ROOM);
    parts.and_then(|parts| geometry.in_rows(rows.saturating_mul(parts))).unwrap_or(*geometry)
}

#[derive(Clone, Copy)]
pub(super) struct Plan {
    /// Images of a unit.
    pub(super) images: usize,
    pub(super) chunks: usize,
    /// Bands of destination rows: they differ by a row at most.
    pub(super) bands: usize,
    /// Elements of a packed source.
    pub(super) room: usize,
}

impl Plan {
    pub(super) fn new<T>(whole: &Whole<T>, layout: &Layout) -> Self {
        let images = whole.geometry.images;
        let of_image = whole.from_channels.saturating_mul(whole.rows.span()).saturating_mul(layout.columns.max(1));
        let most = (ROOM / of_image.max(1)).max(LANES);
        let chunks = if images <= most { 1 } else { images.div_ceil(most / LANES * LANES) };
        let images = if chunks == 1 { images } else { images.div_ceil(chunks).next_multiple_of(LANES) };
        let chunks = whole.geometry.images.div_ceil(images.max(1));
        let (threads, rest) = (parallel::threads(), whole.geometry.groups * chunks);
        let wanted = if threads == 1 { 1 } else { (4 * threads).div_ceil(rest.max(1)) };
        let wanted = if rest.is_multiple_of(threads) { wanted } else { parallel::even(wanted) };
        let bands = wanted.min(whole.rows.to).max(1);
        let room = of_image.saturating_mul(images.next_multiple_of(LANES)).saturating_add(LANES);
        Self { images, chunks, bands, room }
    }
}
