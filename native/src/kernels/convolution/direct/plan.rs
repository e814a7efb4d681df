//! How the work is divided: units of a group, some images and some destination rows, whose source is packed at a time.

use super::layout::Layout;
use super::whole::Whole;
use crate::parallel;

/// The most lanes of a vector: images are divided by multiples of it.
const LANES: usize = 16;

/// Elements of a packed source that the second-level cache holds beside the weights; few in tests, which then meet all
/// ways to divide the work.
const ROOM: usize = if cfg!(test) { 1 << 10 } else { 48 << 10 };

#[derive(Clone, Copy)]
pub(super) struct Plan {
    /// Images of a unit.
    pub(super) images: usize,
    /// Destination rows of a unit.
    pub(super) rows: usize,
    pub(super) chunks: usize,
    pub(super) bands: usize,
    /// Elements of the largest packed source.
    pub(super) room: usize,
}

impl Plan {
    pub(super) fn new<T>(whole: &Whole<T>, layout: &Layout) -> Self {
        let (images, rows) = (whole.geometry.images, whole.rows.to);
        let of_rows =
            |rows: usize| whole.from_channels.saturating_mul(whole.rows.most_sources(rows)).saturating_mul(layout.columns.max(1));
        let most = (ROOM / of_rows(1).max(1)).max(LANES);
        let chunks = if images <= most { 1 } else { images.div_ceil(most / LANES * LANES) };
        let images = if chunks == 1 { images } else { images.div_ceil(chunks).next_multiple_of(LANES) };
        let chunks = whole.geometry.images.div_ceil(images.max(1));
        let mut band = rows.max(1);
        while band > 1 && of_rows(band).saturating_mul(images) > ROOM {
            band = band.div_ceil(2);
        }
        let threads = parallel::threads();
        let wanted = if threads == 1 { 1 } else { (4 * threads).div_ceil((whole.geometry.groups * chunks).max(1)) };
        let bands = rows.div_ceil(band).max(wanted).min(rows);
        let band = rows.div_ceil(bands.max(1));
        let room = of_rows(band.max(1)).saturating_mul(images.next_multiple_of(LANES)).saturating_add(LANES);
        Self { images, rows: band, chunks, bands: rows.div_ceil(band.max(1)), room }
    }
}
