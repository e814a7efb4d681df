//! Where few images lie while they are worked on.
//!
//! Rows and columns whose numbers leave the same remainders by a tile's side lie on a plane of their own, so that a place
//! of all tiles is one stretch of a plane.

use super::whole::Whole;
use crate::kernels::buffer::Shared;
use crate::kernels::convolution::tiles::{Form, Tiles};
use crate::kernels::epilogue::VectorEpilogue;
use crate::kernels::vector::{Float, Kernel, Vector, for_vectors, zeros};
use crate::parallel;

impl<T: Float, const TILE: usize, const SIDE: usize> Whole<'_, T, TILE, SIDE>
where
    Tiles<TILE, SIDE>: Form<TILE, SIDE>,
{
    /// Elements of a row of tiles and of a plane. A plane has a row and a column more than there are tiles, which the
    /// patches of the last tiles reach.
    pub(super) fn plane(&self) -> [usize; 2] {
        let [down, across] = self.tiles();
        let row = (across + 1) * self.images;
        [row, (down + 1) * row]
    }

    /// The source on planes `[channel, row's remainder, column's remainder, row of tiles, column of tiles, image]`, zeros
    /// outside the image, with room for a vector behind them.
    #[inline(always)]
    pub(super) fn lay_apart<V: Vector<Element = T>>(&self) -> Vec<T> {
        let channels = self.groups * self.from_channels;
        let length = channels * TILE * TILE * self.plane()[1];
        let mut planes = Vec::with_capacity(length + V::LANES);
        let to = Shared::new(planes.as_mut_ptr());
        let channel = |channel: usize| T::dispatch(Apart { whole: self, channel, to });
        // Columns are copied one by one.
        if length < parallel::WORTH_A_THREAD / 8 {
            (0..channels).for_each(channel);
        } else {
            parallel::for_each(channels, channel);
        }
        // SAFETY: there is room for a vector more; the channels' planes were written.
        unsafe {
            zeros::<V>(to.at(length), V::LANES);
            planes.set_len(length + V::LANES);
        }
        planes
    }

    /// A channel of results from planes `[row's remainder, column's remainder, row of tiles, column of tiles, image]`, which
    /// lie `length` apart, to their places in `out`, through the epilogue.
    ///
    /// # Safety
    /// The channel's results must be on the planes, and its outputs be this thread's alone.
    #[inline(always)]
    pub(super) unsafe fn lay_together<V: Vector<Element = T>>(
        &self,
        planes: *const T,
        length: usize,
        channel: usize,
        out: Shared<T>,
        epilogue: impl VectorEpilogue<V>,
    ) {
        let ([tile_row, _], [height, width], side, images) = (self.plane(), self.size(), TILE / self.window, self.images);
        let tiles = width.div_ceil(side);
        let mut line = vec![T::ZERO; tiles * side * images];
        for row in 0..height {
            let first = (channel * height + row) * width * images;
            // SAFETY: the caller's promise; the line has room for whole tiles.
            unsafe {
                let planes = planes.add(row % side * side * length + row / side * tile_row);
                for remainder in 0..side {
                    let to = (line.as_mut_ptr().add(remainder * images), side);
                    copy::<V>((planes.add(remainder * length), 1), to, tiles, images);
                }
                for_vectors!(V, 0..width * images, |lane, left| {
                    let sums = V::load_up_to(line.as_ptr().add(lane), left);
                    epilogue.apply(sums, first + lane, left).store_up_to(out.at(first + lane), left);
                });
            }
        }
    }
}

/// A source channel that is laid apart.
struct Apart<'a, T, const TILE: usize, const SIDE: usize> {
    whole: &'a Whole<'a, T, TILE, SIDE>,
    channel: usize,
    to: Shared<T>,
}

impl<T: Float, const TILE: usize, const SIDE: usize> Kernel<T> for Apart<'_, T, TILE, SIDE>
where
    Tiles<TILE, SIDE>: Form<TILE, SIDE>,
{
    type Output = ();
    #[inline(always)]
    fn run<V: Vector<Element = T>>(self) {
        let Whole { images, rows, columns, x, .. } = *self.whole;
        let [tile_row, plane] = self.whole.plane();
        let length = columns.from * images;
        let source = &x[self.channel * rows.from * length..][..rows.from * length];
        // A row between zeros.
        let mut line = vec![T::ZERO; TILE * tile_row];
        let (before, count) = (columns.padding * images, length.min(line.len() - columns.padding * images));
        let line = line.as_mut_ptr();
        for row in 0..plane / tile_row * TILE {
            let start = self.channel * TILE * TILE * plane + row % TILE * TILE * plane + row / TILE * tile_row;
            // SAFETY: the channel's planes are this task's alone; the line has room for the row and for whole tiles.
            unsafe {
                let to = self.to.at(start);
                let Some(from) = row.checked_sub(rows.padding).filter(|&from| from < rows.from) else {
                    for remainder in 0..TILE {
                        zeros::<V>(to.add(remainder * plane), tile_row);
                    }
                    continue;
                };
                let from = source.as_ptr().add(from * length);
                for_vectors!(V, 0..count, |lane, left| {
                    V::load_up_to(from.add(lane), left).store_up_to(line.add(before + lane), left);
                });
                for remainder in 0..TILE {
                    let from = (line.cast_const().add(remainder * images), TILE);
                    copy::<V>(from, (to.add(remainder * plane), 1), tile_row / images, images);
                }
            }
        }
    }
}

/// Copies `count` columns of fewer images than a vector has lanes: every `from_step`-th column to every `to_step`-th one.
///
/// # Safety
/// `from` and `to` must be valid for these columns, and lie apart.
#[inline(always)]
unsafe fn copy<V: Vector>(
    (from, from_step): (*const V::Element, usize),
    (to, to_step): (*mut V::Element, usize),
    count: usize,
    images: usize,
) {
    // SAFETY: the caller's promise.
    unsafe {
        if images == 1 {
            // Loops that become shuffles of vectors.
            let from = std::slice::from_raw_parts(from, (count - 1) * from_step + 1);
            let to = std::slice::from_raw_parts_mut(to, (count - 1) * to_step + 1);
            from.iter().step_by(from_step).zip(to.iter_mut().step_by(to_step)).for_each(|(from, to)| *to = *from);
            return;
        }
        for column in 0..count {
            let from = from.add(column * from_step * images);
            V::load_partial(from, images).store_partial(to.add(column * to_step * images), images);
        }
    }
}
